import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { given } from '../support/ask.ts';
import { findings } from './findings.ts';
import { openExplorer } from './open-explorer.ts';

/** How many pixels the page, or a dialog, goes on to the right of what is seen of it. */
const hiddenAtRight = (page: Page) =>
  page.evaluate<number>(
    `Math.max(...[document.documentElement, ...document.querySelectorAll('[role=dialog]')]
      .map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth))`,
  );

/** A window of a phone, or of a screen of 1280 pixels at four times the size (WCAG 2.2, 1.4.10). */
async function openNarrow(width: number) {
  const explorer = await openExplorer();
  await explorer.page.setViewportSize({ width, height: 480 });
  return explorer;
}

describe.each([320, 480])('in a window of %i pixels', (windowWidth) => {
  test('an answer and its images have room, below the operation, and are scrolled to', async () => {
    const { page, run } = await openNarrow(windowWidth);
    await run('Register');
    await run('CreateResource');
    await page.getByRole('img', { name: 'Hills by day' }).scrollIntoViewIfNeeded();
    let end = Number.NEGATIVE_INFINITY;
    for (const name of ['Operation Editor', 'Result Window', 'Images of the response']) {
      const { x, y, width, height } = given(await page.getByRole('region', { name }).boundingBox());
      expect([name, y >= end, width >= 250, x >= 0, x + width <= windowWidth]).toEqual([name, true, true, true, true]);
      end = y + height;
    }
    expect(await hiddenAtRight(page)).toBe(0);
    expect(await findings(page)).toEqual([]);
  });

  test('the documentation, the history and the dialogs are read without going to the right', async () => {
    const { page, run } = await openNarrow(windowWidth);
    await run('Register');
    const hidden: number[] = [];
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
    expect(hidden).toEqual([0, 0, 0, 0]);
    expect(await findings(page)).toEqual([]);
  });

  test('the wheel scrolls the page on where an editor is at its end', async () => {
    const { page } = await openNarrow(windowWidth);
    await page.getByRole('region', { name: 'Operation Editor' }).hover();
    const belowWindow = async () => {
      await page.mouse.wheel(0, 200);
      return page.evaluate<number>('Math.floor(document.documentElement.scrollHeight - innerHeight - scrollY)');
    };
    await expect.poll(belowWindow).toBe(0);
  });
});
