import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { openExplorer } from './open-explorer.ts';

interface Finding {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

/** What axe-core finds serious or critical on the page as it is. */
async function findings(page: Page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ violations: Finding[] }>('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`) }));
}

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
