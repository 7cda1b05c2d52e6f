import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { requireValue } from '../support/graphql/request.ts';
import { setUpExplorer } from './open-explorer.ts';

const openExplorer = setUpExplorer();

interface AxeViolation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

/** Runs axe-core on the page as it is; returns its serious and critical violations. */
async function violationsOn(page: Page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ violations: AxeViolation[] }>('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`) }));
}

test.each(['light', 'dark'] as const)('has no serious violation in %s colours', async (colorScheme) => {
  const { page, run } = await openExplorer();
  await page.emulateMedia({ colorScheme });
  const violations: Record<string, unknown> = {};
  const check = async (view: string) => {
    violations[view] = await violationsOn(page);
  };

  await check('first view');
  await run('Register');
  await run('CreateResource');
  await page.getByRole('img', { name: 'Hills by day' }).waitFor();
  await check('response with an image');
  await page.getByRole('button', { name: 'Headers' }).click();
  await check('headers');
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByRole('link', { name: 'Mutation' }).click();
  await check('documentation of a type');
  await page.getByRole('link', { name: 'register', exact: true }).click();
  await check('documentation of a field');
  await page.getByRole('button', { name: 'Show History' }).click();
  await check('history');
  for (const dialog of ['Open short keys dialog', 'Open settings dialog']) {
    await page.getByRole('button', { name: dialog }).click();
    await page.getByRole('dialog').waitFor();
    await check(dialog);
    await page.keyboard.press('Escape');
  }
  expect(Object.keys(violations)).toHaveLength(8);
  expect(Object.values(violations).flat(), JSON.stringify(violations)).toEqual([]);
});

/** How many pixels of the page, or of a dialog, are cut off at the right. */
const hiddenAtRight = (page: Page) =>
  page.evaluate<number>(
    `Math.max(...[document.documentElement, ...document.querySelectorAll('[role=dialog]')]
      .map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth))`,
  );

// A phone, or a window of 1280 pixels at a zoom of 400 % (WCAG 2.2, 1.4.10).
describe.each([320, 480])('a window of %i pixels', (windowWidth) => {
  test('shows everything in one column, without scrolling to the right', async () => {
    const { page, run } = await openExplorer();
    await page.setViewportSize({ width: windowWidth, height: 480 });

    // Before the first response: the wheel must scroll the page where an editor is at its end.
    await page.getByRole('region', { name: 'Operation Editor' }).hover();
    const belowWindow = async () => {
      await page.mouse.wheel(0, 200);
      return page.evaluate<number>('Math.floor(document.documentElement.scrollHeight - innerHeight - scrollY)');
    };
    await expect.poll(belowWindow).toBe(0);

    await run('Register');
    await run('CreateResource');
    await page.getByRole('img', { name: 'Hills by day' }).scrollIntoViewIfNeeded();
    let end = Number.NEGATIVE_INFINITY;
    for (const name of ['Operation Editor', 'Result Window', 'Images of the response']) {
      const { x, y, width, height } = requireValue(await page.getByRole('region', { name }).boundingBox());
      expect([name, y >= end, width >= 250, x >= 0, x + width <= windowWidth]).toEqual([name, true, true, true, true]);
      end = y + height;
    }
    const hidden = [await hiddenAtRight(page)];
    const violations = [await violationsOn(page)];
    for (const name of [
      'Show Documentation Explorer',
      'Show History',
      'Open short keys dialog',
      'Open settings dialog',
    ]) {
      await page.getByRole('button', { name }).click();
      hidden.push(await hiddenAtRight(page));
      if (name.startsWith('Open')) await page.keyboard.press('Escape');
    }
    violations.push(await violationsOn(page));
    expect([hidden, violations]).toEqual([
      [0, 0, 0, 0, 0],
      [[], []],
    ]);
  });
});
