import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { getIntrospectionQuery } from 'graphql';
import { operationPrice, priceOfDocument, priceOfPlan, priceOfResponse } from '../../gateway/limits/prices.ts';
import { createCompileDocument } from '../../platform/cost/testing/compile-document.ts';
import { round, toColumns } from '../stress/report.ts';
import { type Account, startMeasured } from './system.ts';

interface Kind {
  name: string;
  /** A new document for each request, or the same one. */
  source: string | ((nth: number) => string);
  account?: 'heavy' | 'ordinary';
  times?: number;
}

const page = (fields: string, args = 'first: 100') => `{ resources(${args}) { nodes { ${fields} } } }`;
const scalars = 'id title createdAt updatedAt version';
const image = 'image { url contentType width height sizeBytes sha256 }';
const nested = (fields: string) =>
  `{ resources(first: 90) { nodes { owner { resources(first: 90) { nodes { ${fields} } } } } } }`;
/** Changes the name of an operation, so that no gateway has prepared it. */
const renamed = (document: string) => (nth: number) => `query New${Date.now()}x${nth} ${document}`;
const twentyLists = (field: string) =>
  `{ ${Array.from({ length: 20 }, (_, nth) => `a${nth}: resources(first: ${nth + 1}) { nodes { ${field} } }`).join(' ')} }`;

/** Fields of each kind, alone and in the largest numbers. */
function kindsOf({ resourceId }: Account): Kind[] {
  const cursor = (fields: string) => `{ resources(first: 100, orderBy: TITLE) { ${fields} } }`;
  return [
    { name: 'nothing', source: '{ __typename }' },
    { name: 'me', source: '{ me { id username createdAt } }' },
    { name: 'one resource', source: `{ resource(id: "${resourceId}") { ${scalars} } }` },
    { name: 'page of 1', source: page('id', 'first: 1') },
    { name: 'page of 20: all but description', source: page(`${scalars} ${image}`, 'first: 20') },
    { name: 'page of 100: id', source: page('id') },
    { name: 'page of 100: scalars', source: page(scalars) },
    { name: 'page of 100: scalars, image', source: page(`${scalars} ${image}`) },
    { name: 'page of 100: scalars, description', source: page(`${scalars} description`) },
    { name: 'page of 100: scalars, owner.id', source: page(`${scalars} owner { id }`) },
    { name: 'page of 100: scalars, owner.username', source: page(`${scalars} owner { username }`) },
    { name: 'page of 100: all', source: page(`${scalars} description ${image} owner { id username createdAt }`) },
    { name: 'edges of 100: id', source: cursor('edges { cursor node { id } }') },
    { name: 'cursors of 100, long titles', source: cursor('edges { cursor }'), account: 'heavy' },
    { name: 'totalCount', source: '{ resources(first: 1) { totalCount } }' },
    {
      name: '20 totalCounts of 20 filters',
      source: `{ ${Array.from({ length: 20 }, (_, nth) => `a${nth}: resources(first: 1, filter: { createdFrom: "20${nth + 10}-01-01T00:00:00Z" }) { totalCount }`).join(' ')} }`,
    },
    {
      name: 'pageInfo',
      source: '{ resources(first: 1) { pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }',
    },
    { name: 'search of short texts, no match', source: page('id', 'first: 100, filter: { search: "nothing" }') },
    {
      name: 'search of long texts, no match',
      source: page('id', 'first: 100, filter: { search: "nothing" }'),
      account: 'heavy',
      times: 20,
    },
    {
      name: '… and its totalCount',
      source: '{ resources(first: 100, filter: { search: "nothing" }) { totalCount nodes { id } } }',
      account: 'heavy',
      times: 20,
    },
    { name: '100 long descriptions', source: page('description'), account: 'heavy', times: 20 },
    { name: '100 long titles', source: page('title'), account: 'heavy' },
    { name: '90 × 90: id', source: nested('id'), times: 20 },
    { name: '90 × 90: scalars', source: nested(scalars), times: 20 },
    { name: '90 × 45: scalars, image', source: nested(`${scalars} ${image}`).replace('90)', '45)'), times: 20 },
    { name: '20 lists', source: twentyLists('id') },
    { name: '20 lists, owners', source: twentyLists('owner { username }') },
    { name: 'sessions', source: '{ sessions { id createdAt lastUsedAt expiresAt isCurrent userAgent } }' },
    { name: 'introspection', source: getIntrospectionQuery(), times: 20 },
    {
      name: 'updateResource',
      source: `mutation { updateResource(input: { id: "${resourceId}", title: "the same" }) { resource { version } } }`,
    },
    ...newDocuments,
  ];
}

const manyFields = (count: number) =>
  Array.from({ length: count }, (_, nth) => `...on Resource{${'id '.repeat((nth % 3) + 1)}}`).join('');

const newDocuments: Kind[] = [
  { name: 'new: nothing', source: renamed('{ __typename }') },
  { name: 'new: page', source: renamed(page('id')) },
  { name: 'new: page of all, owners', source: renamed(page(`${scalars} ${image} owner { username }`)) },
  { name: 'new: 200 fragments', source: renamed(page(manyFields(200))), times: 20 },
  { name: 'new: 400 images', source: renamed(page('image { url } '.repeat(400), 'first: 1')), times: 20 },
  { name: 'new: 20 lists, owners', source: renamed(twentyLists('owner { username }')), times: 20 },
  { name: 'new: syntax error, 15 kB', source: (nth) => `{ ${'title '.repeat(1_990)} #${nth}\n{`, times: 20 },
  {
    name: 'new: unknown fields, 2,000',
    source: renamed(`{ ${Array.from({ length: 1_900 }, (_, nth) => `f${nth}`).join(' ')} }`),
    times: 20,
  },
  {
    name: 'new: 2,000 tokens, unknown at last',
    source: renamed(`{ resources { nodes { ${'title '.repeat(1_980)} x } } }`),
    times: 20,
  },
  {
    name: 'new: overlapping fields',
    source: renamed(
      `{ resources { nodes { ${Array.from({ length: 240 }, (_, nth) => `image { ${nth % 2 ? 'url' : 'width'} height } `).join('')} } x } }`,
    ),
    times: 20,
  },
  { name: 'new: over its tokens', source: (nth) => `{ ${'title '.repeat(2_100)} #${nth}\n}`, times: 20 },
  {
    name: 'new: string of 400 kB',
    source: (nth) => `{ resource(id: "${'x'.repeat(400_000)}${nth}") { id } }`,
    times: 20,
  },
  {
    name: 'too expensive, prepared',
    source: '{ resources(first: 100) { nodes { owner { resources(first: 100) { nodes { id } } } } } }',
  },
];

/**
 * Measures the CPU of each kind of field, in all processes together, beside its cost. Weights are right if the cost of a
 * millisecond is about the same for all of them.
 */
export async function measureWeights(folder: string, logProgress: (text: string) => void): Promise<string> {
  logProgress('weights: starting processes');
  const system = await startMeasured(join(folder, 'weights'));
  const supergraphSdl = readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8');
  const compileDocument = createCompileDocument(supergraphSdl);
  const costOf = (source: string): number | undefined => {
    try {
      return compileDocument(source).cost({});
    } catch {
      return undefined;
    }
  };
  const kinds = kindsOf(system.ordinary);
  const measure = ({ source, account = 'ordinary', times = 200 }: Kind) =>
    system.measure(source, { ...system[account], times, concurrency: Math.min(8, times / 10) });
  // Code that was just compiled is slow.
  for (const kind of kinds) await measure({ ...kind, times: (kind.times ?? 200) / 2 });
  const rows: string[][] = [];
  for (const kind of kinds) {
    const { name, source } = kind;
    const next = (nth: number) => (typeof source === 'string' ? source : source(nth + 1_000));
    const { cpuMs, responseBytes, status } = await measure({ ...kind, source: next });
    const text = next(0);
    const cost = costOf(text);
    const isNew = typeof source !== 'string';
    const charged =
      (isNew ? priceOfDocument(text) : 0) +
      (status === 200 || !isNew ? operationPrice : 0) +
      (status === 200 ? (cost ?? 0) + (isNew ? priceOfPlan(text) : 0) : 0);
    const charge = Math.max(charged, priceOfResponse(responseBytes));
    const numbers = [charge, cpuMs.toFixed(2), round(charge / cpuMs), (responseBytes / 1e3).toFixed(1)];
    rows.push([name, String(status), ...[cost ?? '-', ...numbers].map(String)]);
  }
  const machine = `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`;
  return `${machine}\n\n${toColumns(['operation', 'status', 'cost', 'charge', 'CPU ms', 'charge/ms', 'kB'], rows)}`;
}
