import { Kind, OperationTypeNode, type TypeNode } from 'graphql';
import { createRandom, type Random } from '../../../gateway/execution/differential/operations/random.ts';
import type { RandomOperation } from '../../../gateway/execution/differential/operations/random-operation.ts';
import { ApiError } from '../../../platform/api-error.ts';
import { createAbortable } from '../../../platform/async/signal.ts';
import type { Subject } from '../../../platform/graphql/differential/assert-equivalent.ts';
import type { IncomingRequest } from '../../../platform/graphql/http-handler.ts';
import { createAuthSubgraph } from '../../../subgraphs/auth/subgraph.ts';
import { client, openAccounts } from '../../../subgraphs/auth/testing/accounts.ts';
import { createResourcesSubgraph } from '../../../subgraphs/resources/subgraph.ts';
import { startRules } from '../../../subgraphs/resources/testing/rules.ts';

/** A subgraph asked by several people. */
export interface Asked {
  subjects: Subject[];
  /** What the first of them can ask for as entities. */
  entities: { __typename: string; id: string }[];
}

/** The auth subgraph with accounts, asked by one of them and by nobody; nothing that is sent can open another account. */
export async function openAuth(): Promise<Asked> {
  const { accounts, sessions, authenticate } = openAccounts({ lifetimeSeconds: 900 });
  // All the names that random values have.
  const names = ['one', 'id-3', '__typename', 'null', 'ünïcödé'];
  const registered = await Promise.all(
    names.map((username) => accounts.register({ username, password: `correct horse of ${username.length}` }, client)),
  );
  // Who logs out everywhere would find the next executor's world another one.
  const lasting = { ...sessions, endAll: async () => {} };
  const subgraph = createAuthSubgraph({ accounts, sessions: lasting, authenticate });
  const known = { typeName: 'User', ids: registered.map(({ user }) => user.id) };
  return askedBy('auth', { ...subgraph, known, authorization: `Bearer ${registered[0]?.accessToken}` });
}

/** The resources subgraph with resources of two people, asked by one of them and by nobody. */
export async function openResources(): Promise<Asked> {
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
  const known = { typeName: 'Resource', ids: created.map(({ id }) => id) };
  return askedBy('resources', { ...subgraph, known, authorization: 'Bearer ada' });
}

interface Parts {
  schema: Subject['schema'];
  context: (request: IncomingRequest) => object;
  known: Known;
  authorization: string;
}

function askedBy(name: string, { schema, context, known, authorization }: Parts): Asked {
  const contextOf = (who: string | undefined) => () =>
    context({ requestId: 'r-1', authorization: who, clientGone: createAbortable(), client: () => client });
  const shared = { schema, adapt: adaptTo(known) };
  return {
    subjects: [
      { ...shared, name, context: contextOf(authorization) },
      { ...shared, name: `${name}, asked by nobody,`, context: contextOf(undefined) },
    ],
    entities: known.ids.map((id) => ({ __typename: known.typeName, id })),
  };
}

interface Known {
  typeName: string;
  ids: string[];
}

/** Puts ids and entities that there are in place of those that there are not. */
function adaptTo(known: Known): NonNullable<Subject['adapt']> {
  return ({ document, seed }: RandomOperation, variables) => {
    const random = createRandom(`${seed} ${JSON.stringify(variables)}`);
    const adapted = { ...variables };
    for (const definition of document.definitions) {
      // A mutation of what there is would leave something else for the next one who executes it.
      if (definition.kind !== Kind.OPERATION_DEFINITION || definition.operation !== OperationTypeNode.QUERY) continue;
      for (const { variable, type } of definition.variableDefinitions ?? []) {
        const name = variable.name.value;
        if (Object.hasOwn(adapted, name))
          adapted[name] = adaptValue(adapted[name], { type: nameOf(type), random, known });
      }
    }
    return variables && adapted;
  };
}

function adaptValue(value: unknown, parts: { type: string; random: Random; known: Known }): unknown {
  if (Array.isArray(value)) return value.map((item) => adaptValue(item, parts));
  const { type, random, known } = parts;
  if (type === 'ID' && typeof value === 'string') return random.chance(0.7) ? random.pick(known.ids) : value;
  return type === '_Any' && value !== null ? representation(random, known) : value;
}

/** Of an entity; mostly one that there is. */
function representation(random: Random, { typeName, ids }: Known): unknown {
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
