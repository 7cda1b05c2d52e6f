import { createCompileDocument } from '../../platform/cost/testing/compile-document.ts';
import { checkDocument } from '../../platform/graphql/document-limits/check-document.ts';
import { defaultDocumentLimits } from '../../platform/graphql/document-limits/limits.ts';
import type { ConnectionGene, ResourceGene, RootGene, UserGene } from './genes.ts';

/** A query within all limits of a document. */
export interface Candidate {
  genes: RootGene[];
  source: string;
  cost: number;
}

/** Creates the function that writes the largest query of some genes whose cost is at most `maxCost`. */
export function createWriter({ supergraphSdl, maxCost }: { supergraphSdl: string; maxCost: number }) {
  const compileDocument = createCompileDocument(supergraphSdl);
  return (genes: readonly RootGene[], resourceId: string): Candidate | undefined => {
    let best: Candidate | undefined;
    const used: RootGene[] = [];
    for (const gene of genes) {
      const source = writeQuery([...used, gene], resourceId);
      if (checkDocument(source, defaultDocumentLimits)) continue;
      const cost = compileDocument(source).cost({});
      if (cost > maxCost) continue;
      used.push(gene);
      best = { genes: [...used], source, cost };
    }
    return best;
  };
}

/** Writes a query. Fields that occur twice get aliases, whose names are unique in the document. */
function writeQuery(genes: readonly RootGene[], resourceId: string): string {
  let aliases = 0;
  const several = (count: number, field: string) =>
    Array.from({ length: count }, (_, nth) => (nth === 0 ? field : `a${aliases++}: ${field}`)).join(' ');

  const connection = ({ size, fromEnd, order, search, nodes, edges, counts, hasPageInfo }: ConnectionGene): string => {
    const filter = search === undefined ? '' : `, filter: { search: ${JSON.stringify(search)} }`;
    const selected = [
      nodes && `nodes { ${resource(nodes)} }`,
      edges && `edges { cursor node { ${resource(edges)} } }`,
      several(counts, 'totalCount'),
      hasPageInfo && 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }',
      '__typename',
    ];
    const text = selected.filter(Boolean).join(' ');
    return `resources(${fromEnd ? 'last' : 'first'}: ${size}, orderBy: ${order}${filter}) { ${text} }`;
  };
  const resource = ({ fields, imageFields, descriptions, owner }: ResourceGene): string =>
    [
      ...fields,
      several(descriptions, 'description'),
      imageFields.length > 0 ? `image { ${imageFields.join(' ')} }` : '',
      owner ? `owner { ${user(owner)} }` : '',
      '__typename',
    ].join(' ');
  const user = ({ fields, resources }: UserGene): string =>
    [...fields, resources ? connection(resources) : '', '__typename'].join(' ');
  const root = (gene: RootGene): string => {
    if (gene.kind === 'resources') return connection(gene.connection);
    if (gene.kind === 'me') return `me { ${user(gene.user)} }`;
    if (gene.kind === 'resource') return `resource(id: "${resourceId}") { ${resource(gene.resource)} }`;
    if (gene.kind === 'sessions') return 'sessions { id createdAt lastUsedAt expiresAt isCurrent userAgent }';
    return '__schema { types { name description fields { name description type { name } args { name description } } } }';
  };
  const seen = new Set<string>();
  const fields = genes.map((gene) => {
    const text = root(gene);
    const name = /^\w+/.exec(text)?.[0] ?? '';
    if (!seen.has(name)) {
      seen.add(name);
      return text;
    }
    return `r${aliases++}: ${text}`;
  });
  return `query { ${fields.join(' ')} }`;
}
