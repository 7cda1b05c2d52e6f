import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface ResourceLookup {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

/** What axe-core finds serious or critical on the page as it is. */
export async function findings(page: Page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ violations: ResourceLookup[] }>('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`) }));
}
