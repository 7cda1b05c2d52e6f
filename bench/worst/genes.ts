import fc from 'fast-check';

/** A page of resources. */
export interface ConnectionGene {
  size: number;
  fromEnd: boolean;
  order: Order;
  filter: FilterGene | undefined;
  /** Where a cursor divides the list, from 0 to 1; no cursor if undefined. */
  cursorAt: number | undefined;
  nodes: ResourceGene | undefined;
  edges: ResourceGene | undefined;
  /** How often `totalCount` is selected. */
  counts: number;
  hasPageInfo: boolean;
}

export type Order = (typeof orders)[number];

export interface FilterGene {
  search?: string;
  contentType?: string;
  createdFrom?: Date;
  createdBefore?: Date;
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
  | { kind: 'resource' | 'nodes'; resource: ResourceGene }
  | { kind: 'sessions' | 'personalAccessTokens' | 'introspection' };

/** A query, and how it is written. */
export interface QueryGene {
  roots: RootGene[];
  /** Sizes, cursors and filters are variables. */
  hasVariables: boolean;
  /** Selections of resources and users are fragments, each of which is written once. */
  hasFragments: boolean;
}

const resourceFields = ['id', 'title', 'createdAt', 'updatedAt', 'version'];
const imageFields = ['url', 'contentType', 'width', 'height', 'sizeBytes', 'sha256'];
const userFields = ['id', 'username', 'createdAt'];
const orders = ['NEWEST', 'OLDEST', 'TITLE', 'RECENTLY_UPDATED'] as const;

/** The whole list more often than a part of it, because most work is for whole objects. */
const someOf = (names: string[]) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(names) }, { weight: 1, arbitrary: fc.subarray(names) });
const optional = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined, freq: 1 });
const instant = fc.date({ min: new Date('2026-01-01T00:00:00Z'), max: new Date('2026-01-01T04:00:00Z') });

/** A text that no description has is looked for in all of them; one that all have fills the page. */
const search = fc.oneof(
  fc.constant('\u{1f600}'),
  fc.nat({ max: 1_000 }).map((nth) => `nothing ${nth}`),
);
const filter: fc.Arbitrary<FilterGene> = fc.oneof(
  fc.record({ search }),
  fc.record(
    { search, contentType: fc.constant('image/png'), createdFrom: instant, createdBefore: instant },
    { requiredKeys: [] },
  ),
);

const { root } = fc.letrec<{ connection: ConnectionGene; resource: ResourceGene; user: UserGene; root: RootGene }>(
  (tie) => ({
    connection: fc.record({
      size: fc.oneof(fc.constant(100), fc.integer({ min: 1, max: 100 })),
      fromEnd: fc.boolean(),
      order: fc.constantFrom(...orders),
      filter: optional(filter),
      cursorAt: optional(fc.double({ min: 0, max: 1, noNaN: true })),
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
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constantFrom('resource' as const, 'nodes' as const),
          resource: tie('resource'),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom('sessions', 'personalAccessTokens', 'introspection').map((kind) => ({ kind })),
      },
    ),
  }),
);

export const rootGene: fc.Arbitrary<RootGene> = root;

/** Root fields that are over a limit are left out. Single kinds are repeated, as a flood would do. */
export const queryGene: fc.Arbitrary<QueryGene> = fc.record({
  roots: fc.oneof(
    root.map((gene) => Array<RootGene>(20).fill(gene)),
    fc.array(root, { minLength: 1, maxLength: 20 }),
  ),
  hasVariables: fc.boolean(),
  hasFragments: fc.boolean(),
});
