import fc from 'fast-check';

/** A page of resources. */
export interface ConnectionGene {
  size: number;
  fromEnd: boolean;
  order: string;
  search: string | undefined;
  nodes: ResourceGene | undefined;
  edges: ResourceGene | undefined;
  /** How often `totalCount` and both flags of `pageInfo` are selected. */
  counts: number;
  hasPageInfo: boolean;
}

export interface ResourceGene {
  fields: string[];
  imageFields: string[];
  /** How often `description`, the longest field, is selected. */
  descriptions: number;
  owner: UserGene | undefined;
}

export interface UserGene {
  fields: string[];
  resources: ConnectionGene | undefined;
}

/** A root field of a query. */
export type RootGene =
  | { kind: 'resources'; connection: ConnectionGene }
  | { kind: 'me'; user: UserGene }
  | { kind: 'resource'; resource: ResourceGene }
  | { kind: 'sessions' | 'introspection' };

const resourceFields = ['id', 'title', 'createdAt', 'updatedAt', 'version'];
const imageFields = ['url', 'contentType', 'width', 'height', 'sizeBytes', 'sha256'];
const userFields = ['id', 'username', 'createdAt'];
const orders = ['NEWEST', 'OLDEST', 'TITLE', 'RECENTLY_UPDATED'];

/** The whole list more often than a part of it, because most work is for whole objects. */
const someOf = (names: string[]) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(names) }, { weight: 1, arbitrary: fc.subarray(names) });
const optional = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined, freq: 1 });

const { root } = fc.letrec<{ connection: ConnectionGene; resource: ResourceGene; user: UserGene; root: RootGene }>(
  (tie) => ({
    connection: fc.record({
      size: fc.oneof(fc.constant(100), fc.integer({ min: 1, max: 100 })),
      fromEnd: fc.boolean(),
      order: fc.constantFrom(...orders),
      search: optional(fc.constantFrom('z', 'nothing that any description has')),
      nodes: fc.option(tie('resource'), { nil: undefined, freq: 4 }),
      edges: optional(tie('resource')),
      counts: fc.integer({ min: 0, max: 4 }),
      hasPageInfo: fc.boolean(),
    }),
    resource: fc.record({
      fields: someOf(resourceFields),
      imageFields: someOf(imageFields),
      descriptions: fc.oneof(fc.constant(0), fc.constant(1), fc.integer({ min: 2, max: 12 })),
      owner: fc.option(tie('user'), { nil: undefined, maxDepth: 5, depthIdentifier: 'owner', freq: 1 }),
    }),
    user: fc.record({ fields: someOf(userFields), resources: optional(tie('connection')) }),
    root: fc.oneof(
      { weight: 8, arbitrary: tie('connection').map((connection) => ({ kind: 'resources' as const, connection })) },
      { weight: 2, arbitrary: tie('user').map((user) => ({ kind: 'me' as const, user })) },
      { weight: 1, arbitrary: tie('resource').map((resource) => ({ kind: 'resource' as const, resource })) },
      { weight: 1, arbitrary: fc.constantFrom({ kind: 'sessions' as const }, { kind: 'introspection' as const }) },
    ),
  }),
);

/** Root fields of one query: those that are over a limit are left out. Single kinds are repeated, as a flood would do. */
export const queryGenes: fc.Arbitrary<RootGene[]> = fc.oneof(
  root.map((gene) => Array<RootGene>(20).fill(gene)),
  fc.array(root, { minLength: 1, maxLength: 20 }),
);
export const rootGene = root;
