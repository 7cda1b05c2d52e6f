import { Kind, OperationTypeNode, type TypeNode } from 'graphql';
import { createRandom, type Random } from '../../../gateway/execution/differential/operations/random.ts';
import type { RandomOperation } from '../../../gateway/execution/differential/operations/random-operation.ts';
import { ApiError } from '../../../platform/api-error.ts';
import { createAbortable } from '../../../platform/async/signal.ts';
import type { Subject } from '../../../platform/graphql/differential/assert-equivalent.ts';
import type { IncomingRequest } from '../../../platform/graphql/graphql-endpoint.ts';
import { createAuthSubgraph } from '../../../subgraphs/auth/subgraph.ts';
import { client, openAccounts } from '../../../subgraphs/auth/testing/accounts.ts';
import { createResourcesSubgraph } from '../../../subgraphs/resources/subgraph.ts';
import { startRules } from '../../../subgraphs/resources/testing/rules.ts';

/** A subgraph, once for each viewer. */
export interface SubgraphSubjects {
  subjects: Subject[];
  /** Entities that the first viewer can fetch. */
  entities: { __typename: string; id: string }[];
}

/** The auth subgraph with accounts, for one of them and without a token. No operation can register another account. */
export async function openAuth(): Promise<SubgraphSubjects> {
  const { accounts, sessions, personalAccessTokens, authenticate } = openAccounts({ lifetimeSeconds: 900 });
  // Every name that random values contain.
  const names = ['one', 'id-3', '__typename', 'null', 'ünïcödé'];
  const registered = await Promise.all(
    names.map((username) => accounts.register({ username, password: `correct horse of ${username.length}` }, client)),
  );
  // logoutEverywhere would change the state for the next executor.
  const lasting = { ...sessions, endAll: async () => {} };
  // A token's id and text are random.
  const created = { id: 'token', userId: 'ada', name: 'a script', scopes: ['resources:read'], lastUsedAt: null };
  const times = { createdAt: new Date(0), expiresAt: new Date(1) };
  const fixed = {
    ...personalAccessTokens,
    create: async () => ({ personalAccessToken: { ...created, ...times }, token: 'isg_pat_text' }),
  };
  const subgraph = createAuthSubgraph({ accounts, sessions: lasting, personalAccessTokens: fixed, authenticate });
  const ids = registered.map(({ user }) => user.id);
  const existing = { typeName: 'User', ids, nodeIds: ids };
  return subjectsOf('auth', { ...subgraph, existing, authorization: `Bearer ${registered[0]?.accessToken}` });
}

/** The resources subgraph with resources of two users, for one of them and without a token. */
export async function openResources(): Promise<SubgraphSubjects> {
  const rules = await startRules();
  const [ada, bob] = [rules.signUp(), rules.signUp()];
  const created = [
    await ada.create({ title: 'one' }),
    await ada.create({ description: 'two words' }),
    await bob.create(),
  ];
  await ada.update({ id: created[0]?.id ?? '', title: 'Renamed' });
  const authenticate = (authorization: string | undefined) => {
    if (authorization) return { id: ada.viewerId, sessionId: 'session' };
    throw new ApiError({ code: 'UNAUTHENTICATED', reason: 'MISSING' }, 'Log in.');
  };
  const subgraph = createResourcesSubgraph({
    resources: rules.resources,
    authenticate,
    isRevoked: rules.store.revocations.isRevoked,
  });
  const ids = created.map(({ id }) => id);
  const existing = { typeName: 'Resource', ids, nodeIds: [...ids, ada.viewerId] };
  return subjectsOf('resources', { ...subgraph, existing, authorization: 'Bearer ada' });
}

interface Parts {
  schema: Subject['schema'];
  context: (request: IncomingRequest) => object;
  existing: Existing;
  authorization: string;
}

function subjectsOf(name: string, { schema, context, existing, authorization }: Parts): SubgraphSubjects {
  const contextOf = (who: string | undefined) => () =>
    context({
      requestId: 'r-1',
      authorization: who,
      clientGone: createAbortable(),
      isGateway: true,
      client: () => client,
    });
  const shared = { schema, adapt: adaptTo(existing) };
  return {
    subjects: [
      { ...shared, name, context: contextOf(authorization) },
      { ...shared, name: `${name}, without a token,`, context: contextOf(undefined) },
    ],
    entities: existing.ids.map((id) => ({ __typename: existing.typeName, id })),
  };
}

/** Entities of a subgraph. */
interface Existing {
  typeName: string;
  ids: string[];
  /** Ids that arguments may have. */
  nodeIds: string[];
}

/** Replaces random ids and representations by existing ones. */
function adaptTo(existing: Existing): NonNullable<Subject['adapt']> {
  return ({ document, seed }: RandomOperation, variables) => {
    const random = createRandom(`${seed} ${JSON.stringify(variables)}`);
    const adapted = { ...variables };
    for (const definition of document.definitions) {
      // A mutation of existing entities would change the state for the next executor.
      if (definition.kind !== Kind.OPERATION_DEFINITION || definition.operation !== OperationTypeNode.QUERY) continue;
      for (const { variable, type } of definition.variableDefinitions ?? []) {
        const name = variable.name.value;
        if (Object.hasOwn(adapted, name))
          adapted[name] = adaptValue(adapted[name], { type: nameOf(type), random, existing });
      }
    }
    return variables && adapted;
  };
}

function adaptValue(value: unknown, parts: { type: string; random: Random; existing: Existing }): unknown {
  if (Array.isArray(value)) return value.map((item) => adaptValue(item, parts));
  const { type, random, existing } = parts;
  if (type === 'ID' && typeof value === 'string') return random.chance(0.7) ? random.pick(existing.nodeIds) : value;
  return type === '_Any' && value !== null ? representation(random, existing) : value;
}

/** A representation, mostly of an existing entity. */
function representation(random: Random, { typeName, ids }: Existing): unknown {
  if (random.chance(0.05)) return random.pick([null, 5, 'text', [], {}, { __typename: null }, { id: ids[0] }]);
  const __typename = random.chance(0.8)
    ? typeName
    : random.pick(['User', 'Resource', 'Query', 'Nothing', 'DateTime', '']);
  return {
    __typename,
    id: random.chance(0.7) ? random.pick(ids) : random.pick(['nobody', 5, null, undefined, {}, '']),
  };
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}
