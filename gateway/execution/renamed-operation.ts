import { type DocumentNode, type FieldNode, Kind, print, visit } from 'graphql';
import type { ResponseNames } from './response-names.ts';

/** The client's response names, by those that an operation is planned under. */
export type ClientNames = ReadonlyMap<string, string>;

/** Names that are all the client's. */
export const sameNames: ClientNames = new Map();

/** An operation under response names that a query plan does not need for itself. */
export interface RenamedOperation {
  source: string;
  /** Each of these names occurs nowhere else, neither in `source` nor in the supergraph. */
  clientNames: ClientNames;
}

/**
 * Renames what collides, and names that every object has, such as `constructor`, which need care everywhere. Returns
 * undefined where there are none. Fields that merge get the same name, so that they still do.
 */
export function renameOperation(
  document: DocumentNode,
  { collisionsIn, fieldNames }: ResponseNames,
): RenamedOperation | undefined {
  const renamed = new Set(collisionsIn(document).map(({ node }) => identify(node)));
  const written = new Set<string>();
  visit(document, {
    Name: ({ value }) => void written.add(value),
    Field: (node) => void ((node.alias ?? node.name).value in Object.prototype && renamed.add(identify(node))),
  });
  if (renamed.size === 0) return undefined;

  const planNames = new Map<string, string>();
  const planNameOf = (clientName: string) => {
    const name = planNames.get(clientName) ?? freeName(clientName, [written, fieldNames()]);
    planNames.set(clientName, name);
    return name;
  };
  const source = print(
    visit(document, {
      Field: (node) => {
        if (!renamed.has(identify(node))) return undefined;
        return { ...node, alias: { kind: Kind.NAME, value: planNameOf((node.alias ?? node.name).value) } };
      },
    }),
  );
  return { source, clientNames: new Map([...planNames].map(([clientName, planName]) => [planName, clientName])) };
}

/** Fields of one object that merge have the same response name and the same name. */
const identify = ({ alias, name }: FieldNode) => `${(alias ?? name).value}: ${name.value}`;

/** Finds a name that is not taken. It keeps the client's, for whoever reads the log of a subgraph. */
function freeName(clientName: string, taken: readonly ReadonlySet<string>[]): string {
  for (let number = 0; ; number += 1) {
    const name = `alias${number || ''}_${clientName}`;
    if (!taken.some((names) => names.has(name))) return name;
  }
}
