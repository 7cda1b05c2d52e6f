import { expect, test } from 'vitest';
import { trustFrom } from '../../gateway/trusted-documents/environment.ts';
import { setUpExplorer } from './open-explorer.ts';

const openExplorer = setUpExplorer({
  settings: { trust: trustFrom({ TRUSTED_DOCUMENTS: 'only' }) },
  expectedProblem: /the server responded with a status of 400/,
});

test('where only trusted documents run, the page says so, every tab runs, and an edited one does not', async () => {
  const { notice, run, text, write } = await openExplorer();
  await expect.poll(notice).toContain('Only trusted documents run here');
  for (const tab of ['Register', 'LogIn', 'CreateResource', 'ListWithOwners', 'ReplaceImage', 'DeleteResource'])
    expect(await run(tab)).not.toHaveProperty('errors');

  await write('operation', `${await text('operation')} `);
  expect((await run('DeleteResource')).errors).toMatchObject([{ extensions: { code: 'QUERY_NOT_IN_SAFELIST' } }]);
});
