import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { viewer } from '../support/graphql/documents.ts';
import { requireValue } from '../support/graphql/request.ts';
import { setUpExplorer } from './open-explorer.ts';

const openExplorer = setUpExplorer();

const tabNames = (page: Page) =>
  page.getByRole('list', { name: 'Select active operation' }).getByRole('listitem').allInnerTexts();

/** Names the operations that the page sends. */
function sentOperations(page: Page): string[] {
  const sent: string[] = [];
  page.on('request', (request) => {
    const name = request.method() === 'POST' && /(?:query|mutation) (\w+)/.exec(request.postData() ?? '')?.[1];
    if (name && name !== 'IntrospectionQuery') sent.push(name);
  });
  return sent;
}

/** Clicks a button and returns what it has copied. */
async function copied(page: Page, button: string): Promise<string> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate('navigator.clipboard.writeText("")');
  await page.getByRole('button', { name: button, exact: true }).click();
  const clipboard = () => page.evaluate<string>('navigator.clipboard.readText()');
  await expect.poll(clipboard).not.toBe('');
  return clipboard();
}

const link = (parameters: Record<string, string>) => `/?${new URLSearchParams(parameters)}`;

describe('a link', () => {
  test('opens its operation in a tab, does not run it, and does not stay in the address', async () => {
    const variables = '{"first":1,"title":"</script><img src=x onerror=alert(1)>"}';
    const query = 'query Linked($first: Int) { resources(first: $first) { totalCount } }';
    const { page, text, notice, run } = await openExplorer(
      link({ query, variables, headers: '{"Authorization":"Bearer theirs"}', extensions: '{}' }),
    );
    const sent = sentOperations(page);
    expect((await tabNames(page))[0]).toBe('Linked');
    expect([await text('operation'), JSON.parse(await text('variables'))]).toEqual([query, JSON.parse(variables)]);
    expect(await text('request-headers')).toBe('');
    await expect.poll(notice).toContain('has not run');
    expect(new URL(page.url()).search).toBe('');
    expect(await page.evaluate<number>('history.length')).toBeLessThanOrEqual(2);
    await run('Register');
    expect(sent).toEqual(['Register']);
    await expect.poll(() => page.evaluate<string>('localStorage["graphiql:tabState"] ?? ""')).toContain('Linked');
    await page.reload();
    await page.getByRole('button', { name: 'Execute' }).waitFor();
    await expect.poll(() => tabNames(page)).toContain('Linked');
    expect((await tabNames(page)).filter((name) => name === 'Linked')).toHaveLength(1);
  });

  test.each([
    ['without a query', link({ variables: '{}' }), 'The link is not opened: it has no query.'],
    ['with an empty query', link({ query: ' ' }), 'The link is not opened: its query is empty.'],
    ['that is too long', link({ query: `# ${'a'.repeat(9_000)}` }), 'and may have 8000.'],
  ])('%s is not opened, and the notice says why', async (_, path, reason) => {
    const { page, notice } = await openExplorer(path);
    await expect.poll(notice).toContain(reason);
    expect((await tabNames(page))[0]).toBe('Register');
    expect(new URL(page.url()).search).toBe('');
  });

  test.each(['[1]', '{"a":', '"text"'])('with the variables %s opens, says so, and runs nothing', async (variables) => {
    const { text, notice } = await openExplorer(link({ query: '{ me { id } }', variables }));
    await expect.poll(notice).toContain('are no JSON object');
    expect(await text('variables')).toBe(variables);
  });

  test('chooses the operation that it names', async () => {
    const { page } = await openExplorer(
      link({ query: 'query A { a: __typename } query B { b: __typename }', operationName: 'B' }),
    );
    await page.getByRole('button', { name: 'Copy as curl' }).waitFor();
    await expect.poll(() => copied(page, 'Copy link'), { timeout: 30_000 }).toMatch(/operationName=B$/);
  });

  test('that is copied opens the same operation, without passwords, tokens and image data', async () => {
    const { page, show, text, write, run } = await openExplorer();
    await run('Register');
    const { input } = JSON.parse(await text('variables'));
    const registration = await copied(page, 'Copy link');
    expect(decodeURIComponent(registration)).not.toMatch(/correct|horse|eyJ/);
    expect(JSON.parse(new URL(registration).searchParams.get('variables') ?? '')).toEqual({
      input: { ...input, password: '' },
    });
    await show('CreateResource');
    const data = JSON.parse(await text('variables')).input.image.data;
    const creation = await copied(page, 'Copy link');
    expect(creation).not.toContain(data.slice(0, 50));
    const query = 'mutation Written { login(input: { username: "ada", password: "hush" }) { expiresIn } }';
    await write('operation', query);
    await write('variables', '{"unused": {"token": "hush"}, "title": "it’s"}');
    const written = await copied(page, 'Copy link');
    expect(decodeURIComponent(written)).not.toContain('hush');
    const other = await page.context().newPage();
    await other.goto(written);
    await other.getByRole('button', { name: 'Execute' }).waitFor();
    await expect.poll(() => tabNames(other)).toContain('Written');
  });

  test('is not copied of an operation with a syntax error', async () => {
    const { page, write, notice } = await openExplorer();
    await write('operation', '{ login(password: "hush');
    await page.getByRole('button', { name: 'Copy link', exact: true }).click();
    await expect.poll(notice).toContain('Nothing was copied');
  });
});

const inBash = promisify(execFile);

/** Runs a command as a user would paste it. */
async function bash(command: string, variables: Record<string, string>) {
  const { stdout } = await inBash('bash', ['-c', command], { env: { PATH: process.env.PATH, ...variables } });
  return JSON.parse(stdout);
}

describe('a curl command', () => {
  test('sends the operation with TOKEN, whatever characters it has', async () => {
    const { page, system, show, write } = await openExplorer();
    const ada = await system.signUp();
    const title = `it's "quoted" $HOME \`id\` \\n ; !x\nnext`;
    await ada.create();
    await show('ListWithOwners');
    await write(
      'operation',
      "# it's\nquery List($search: String) {\n  resources(filter: { search: $search }) { totalCount }\n  me { username }\n}",
    );
    await write('variables', JSON.stringify({ search: title }));
    await write('request-headers', JSON.stringify({ authorization: `Bearer ${ada.accessToken}` }));
    const command = await copied(page, 'Copy as curl');
    expect(command).toContain('$TOKEN');
    expect(command).not.toContain(ada.accessToken);
    expect(await bash(command, { TOKEN: ada.accessToken })).toEqual({
      data: { resources: { totalCount: 0 }, me: { username: ada.username } },
    });
    expect(command).toContain(JSON.stringify(title).slice(4, 12));
  });

  test('sends an image as a file, whose path is in FILE', async () => {
    const { page, run, text, write, notice, show } = await openExplorer();
    const { data } = await run<{ register: { accessToken: string } }>('Register');
    const TOKEN = requireValue(data?.register.accessToken);
    await show('CreateResource');
    const { input } = JSON.parse(await text('variables'));
    await write('variables', JSON.stringify({ input: { ...input, title: "a;type=b 'c'" } }));
    const command = await copied(page, 'Copy as curl');
    await expect.poll(notice).toContain('FILE');
    expect(command).not.toContain(input.image.data.slice(0, 50));
    const FILE = fileURLToPath(new URL('../fixtures/four-colours.png', import.meta.url));
    expect(await bash(command, { TOKEN, FILE })).toMatchObject({
      data: { createResource: { resource: { title: "a;type=b 'c'", image: { width: 32, height: 24 } } } },
    });
    await expect(bash(command, { TOKEN })).rejects.toThrow('set FILE to the path of an image');
  });

  test('has no token where the tab sends none', async () => {
    const { page, write } = await openExplorer();
    await write('operation', String(viewer));
    expect(await copied(page, 'Copy as curl')).not.toContain('TOKEN');
  });
});
