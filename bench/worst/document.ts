import { createCompileDocument } from '../../platform/cost/testing/compile-document.ts';
import { checkDocument } from '../../platform/graphql/document-limits/check-document.ts';
import { defaultDocumentLimits } from '../../platform/graphql/document-limits/limits.ts';
import { writeCursor } from '../../subgraphs/resources/resources/cursor.ts';
import { searchKey } from '../../subgraphs/resources/storage/resource-store.ts';
import { idAt } from '../stress/large-table.ts';
import type { ConnectionGene, QueryGene, ResourceGene, RootGene, UserGene } from './genes.ts';

/** A query within all limits of a document. */
export interface Candidate extends WrittenQuery {
  gene: QueryGene;
  cost: number;
}

interface WrittenQuery {
  source: string;
  variables: Record<string, unknown>;
}

/** Creates the function that writes the largest query of a gene whose cost is at most `maxCost`. */
export function createWriter({ supergraphSdl, maxCost }: { supergraphSdl: string; maxCost: number }) {
  const compileDocument = createCompileDocument(supergraphSdl);
  return ({ roots, ...style }: QueryGene, resourceId: string): Candidate | undefined => {
    let best: Candidate | undefined;
    for (const root of roots) {
      const gene = { ...style, roots: [...(best?.gene.roots ?? []), root] };
      const written = writeQuery(gene, resourceId);
      if (checkDocument(written.source, defaultDocumentLimits)) continue;
      const cost = compileDocument(written.source).cost(written.variables);
      if (cost <= maxCost) best = { ...written, gene, cost };
    }
    return best;
  };
}

/** Writes a query. Fields that occur twice get aliases, whose names are unique in the document. */
function writeQuery({ roots, hasVariables, hasFragments }: QueryGene, resourceId: string): WrittenQuery {
  let aliases = 0;
  const several = (count: number, field: string) =>
    Array.from({ length: count }, (_, nth) => (nth === 0 ? field : `a${aliases++}: ${field}`)).join(' ');
  const variables: Record<string, unknown> = {};
  const declarations: string[] = [];
  const value = (type: string, given: unknown, literal = JSON.stringify(given)) => {
    if (!hasVariables) return literal;
    const name = `v${declarations.length}`;
    variables[name] = given;
    declarations.push(`$${name}: ${type}`);
    return `$${name}`;
  };
  const fragments = new Map<string, string>();
  const select = (type: string, selected: string) => {
    if (!hasFragments) return selected;
    const text = `on ${type} { ${selected} }`;
    const name = fragments.get(text) ?? `F${fragments.size}`;
    fragments.set(text, name);
    return `...${name}`;
  };

  const connection = (gene: ConnectionGene): string => {
    const { size, fromEnd, order, filter = {}, nodes, edges, counts, hasPageInfo } = gene;
    const entries = Object.entries(filter).map(([key, each]) => [
      key,
      each instanceof Date ? each.toISOString() : each,
    ]);
    const literal = `{ ${entries.map(([key, each]) => `${key}: ${JSON.stringify(each)}`).join(', ')} }`;
    const cursor = cursorOf(gene);
    const args = [
      `${fromEnd ? 'last' : 'first'}: ${value('Int', size)}`,
      `orderBy: ${value('ResourceOrder!', order, order)}`,
      cursor && `${fromEnd ? 'before' : 'after'}: ${value('String', cursor)}`,
      entries.length > 0 && `filter: ${value('ResourceFilter', Object.fromEntries(entries), literal)}`,
    ];
    const selected = [
      nodes && `nodes { ${resource(nodes)} }`,
      edges && `edges { cursor node { ${resource(edges)} } }`,
      several(counts, 'totalCount'),
      hasPageInfo && 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }',
      '__typename',
    ];
    return `resources(${args.filter(Boolean).join(', ')}) { ${selected.filter(Boolean).join(' ')} }`;
  };
  const resource = ({ fields, imageFields, descriptions, owner }: ResourceGene): string =>
    select(
      'Resource',
      [
        ...fields,
        several(descriptions, 'description'),
        imageFields.length > 0 ? `image { ${imageFields.join(' ')} }` : '',
        owner ? `owner { ${user(owner)} }` : '',
        '__typename',
      ].join(' '),
    );
  const user = ({ fields, resources }: UserGene): string =>
    select('User', [...fields, resources ? connection(resources) : '', '__typename'].join(' '));
  const root = (gene: RootGene): string => {
    if (gene.kind === 'resources') return connection(gene.connection);
    if (gene.kind === 'me') return `me { ${user(gene.user)} }`;
    if (gene.kind === 'resource') return `resource(id: ${value('ID!', resourceId)}) { ${resource(gene.resource)} }`;
    if (gene.kind === 'nodes')
      return `nodes(ids: ${value('[ID!]!', Array(100).fill(resourceId))}) { ... on Resource { ${resource(gene.resource)} } }`;
    return listsOfAll[gene.kind];
  };

  const seen = new Set<string>();
  const fields = roots.map((gene) => {
    const text = root(gene);
    const name = /^\w+/.exec(text)?.[0] ?? '';
    const alias = seen.has(name) ? `r${aliases++}: ` : '';
    seen.add(name);
    return `${alias}${text}`;
  });
  const declared = declarations.length > 0 ? `(${declarations.join(', ')})` : '';
  const definitions = [...fragments].map(([text, name]) => ` fragment ${name} ${text}`);
  return { source: `query${declared} { ${fields.join(' ')} }${definitions.join('')}`, variables };
}

const listsOfAll = {
  sessions: 'sessions { id createdAt lastUsedAt expiresAt isCurrent userAgent }',
  personalAccessTokens: 'personalAccessTokens { id name scopes createdAt expiresAt lastUsedAt }',
  introspection:
    '__schema { types { name description fields { name description type { name } args { name description } } } }',
};

/** The times of the resources that `large-table.ts` writes. */
const startMs = Date.UTC(2026, 0, 1);
const spanMs = 4 * 3_600_000;

/** Makes the cursor of a position that need not be a resource's. */
function cursorOf({ order, filter = {}, cursorAt }: ConnectionGene): string | undefined {
  if (cursorAt === undefined) return undefined;
  const time = Math.floor(startMs + cursorAt * spanMs);
  const { search, ...others } = filter;
  const list = {
    ownerId: '',
    order,
    filter: { ...others, ...(search !== undefined && { search: searchKey(search) }) },
  };
  return writeCursor(list, { key: order === 'TITLE' ? '\u{1f600}'.repeat(200) : time, id: idAt(time, 0) });
}
