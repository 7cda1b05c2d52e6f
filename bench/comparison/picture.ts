import { mkdirSync, writeFileSync } from 'node:fs';
import type { Variant } from '../harness/variants.ts';
import type { Row } from './results.ts';

/** The parts of Vega in use; it is installed in bench/ only. */
interface VegaLite {
  compile(spec: unknown): { spec: unknown };
}
interface Vega {
  parse(spec: unknown): unknown;
  View: new (runtime: unknown, options: { renderer: 'none' }) => { toSVG(): Promise<string> };
}

const names = { vega: 'vega', vegaLite: 'vega-lite' };
const folder = new URL('../../docs/', import.meta.url);

const titles: Partial<Record<Variant, string>> = {
  ours: 'this project, on the network',
  'ours-one-process': 'this project, in one process',
  hive: 'Hive Gateway',
  mercurius: 'Mercurius with jit',
};
const colours = ['#1864ab', '#74c0fc', '#adb5bd', '#868e96'];
const queries: Record<string, string> = {
  q1: 'a list from one subgraph',
  q2: 'the list joined from two',
  q3: 'joined, a page in the middle',
};

/** Draws the results of three queries to docs/performance.svg. */
export async function drawPicture(rows: readonly Row[]): Promise<void> {
  const { compile } = (await import(names.vegaLite)) as VegaLite;
  const { parse, View } = (await import(names.vega)) as Vega;
  const view = new View(parse(compile(specOf(rows)).spec), { renderer: 'none' });
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('performance.svg', folder), `${await view.toSVG()}\n`);
}

function specOf(rows: readonly Row[]): unknown {
  const values = rows.flatMap(({ variant, query, ratio }) => {
    const [title, queryTitle] = [titles[variant], queries[query]];
    return title && queryTitle
      ? [{ variant: title, query: queryTitle, ...ratio, label: `${ratio.median.toFixed(1)}×` }]
      : [];
  });
  const x = {
    field: 'query',
    type: 'nominal',
    sort: null,
    title: null,
    axis: { labelAngle: 0, labelLimit: 0, ticks: false },
  };
  const xOffset = { field: 'variant', type: 'nominal', sort: Object.values(titles) };
  const legend = { title: null, orient: 'top', columns: 2, labelLimit: 400 };
  const color = { field: 'variant', type: 'nominal', scale: { domain: Object.values(titles), range: colours }, legend };
  const y = { field: 'median', type: 'quantitative', title: 'times @apollo/gateway' };
  return {
    width: 620,
    height: 260,
    padding: 20,
    // A white background, for dark pages.
    background: '#ffffff',
    title: {
      text: 'Requests per second relative to @apollo/gateway',
      subtitle: 'Median and range of the rounds',
      anchor: 'start',
    },
    data: { values },
    layer: [
      { mark: { type: 'bar' }, encoding: { x, xOffset, y, color } },
      {
        mark: { type: 'rule', color: '#212529' },
        encoding: { x, xOffset, y: { field: 'min', type: 'quantitative' }, y2: { field: 'max' } },
      },
      {
        mark: { type: 'text', dy: -6, color: '#212529' },
        encoding: { x, xOffset, y: { field: 'max', type: 'quantitative' }, text: { field: 'label' } },
      },
      { mark: { type: 'rule', strokeDash: [4, 4], color: '#c92a2a' }, encoding: { y: { datum: 1 } } },
    ],
    config: {
      font: 'system-ui, sans-serif',
      view: { stroke: null },
      axis: { labelFontSize: 12, titleFontSize: 12 },
      legend: { labelFontSize: 12 },
    },
  };
}
