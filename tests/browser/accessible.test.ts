import { describe, expect, test } from 'vitest';
import { findings } from './findings.ts';
import { openExplorer } from './open-explorer.ts';

describe.each(['light', 'dark'] as const)('axe-core finds nothing serious, with %s colours,', (colorScheme) => {
  test('in the explorer as it opens, with an answer, and with headers', async () => {
    const { page, run } = await openExplorer();
    await page.emulateMedia({ colorScheme });
    const found = [await findings(page)];
    await run('Register');
    await run('CreateResource');
    await page.getByRole('img', { name: 'Hills by day' }).waitFor();
    found.push(await findings(page));
    await page.getByRole('button', { name: 'Headers' }).click();
    found.push(await findings(page));
    expect(found).toEqual([[], [], []]);
  });

  test('in the documentation, the history and the dialogs', async () => {
    const { page, run } = await openExplorer();
    await page.emulateMedia({ colorScheme });
    await run('Register');
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByRole('link', { name: 'Mutation' }).click();
    const found = [await findings(page)];
    await page.getByRole('link', { name: 'register', exact: true }).click();
    found.push(await findings(page));
    await page.getByRole('button', { name: 'Show History' }).click();
    found.push(await findings(page));
    for (const dialog of ['Open short keys dialog', 'Open settings dialog']) {
      await page.getByRole('button', { name: dialog }).click();
      await page.getByRole('dialog').waitFor();
      found.push(await findings(page));
      await page.keyboard.press('Escape');
    }
    expect(found).toEqual([[], [], [], [], []]);
  });
});
