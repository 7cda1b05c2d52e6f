import { applyRewrites } from '@apollo/gateway/dist/dataRewrites.js';
import { type GraphQLDataSource, GraphQLDataSourceRequestKind } from '@apollo/gateway/dist/datasources/types.js';
import { deepMerge } from '@apollo/gateway/dist/utilities/deepMerge.js';
import type { FetchNode, ResponsePath } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { compileRepresent, type Represent } from './representations.ts';
import { objectsAt } from './response-paths.ts';
import type { Data, Run, Step } from './run.ts';
import { asGatewayErrors, placesOf } from './subgraph-errors.ts';
import { UnsupportedPlanError } from './unsupported-plan-error.ts';

interface FetchParts {
  services: Record<string, GraphQLDataSource>;
  supergraphSchema: () => GraphQLSchema;
}

type Answer = Awaited<ReturnType<GraphQLDataSource['process']>>;

/** Compiles the call to one subgraph whose answer belongs into the objects at `path`. */
export function compileFetch(node: FetchNode, path: ResponsePath, parts: FetchParts): Step {
  const service = parts.services[node.serviceName];
  if (!service) throw new UnsupportedPlanError(`no subgraph ${node.serviceName}`);
  if (node.contextRewrites?.length) throw new UnsupportedPlanError('a context');
  const call = { node, path, ask: compileAsk(node, path, service), schema: parts.supergraphSchema };
  const fetchInto = node.requires ? entityFetch(call, node.requires) : plainFetch(call);
  return async (run) => {
    const objects = path.length === 0 ? [run.data] : objectsAt(run.data, path);
    if (objects.length === 0) return;
    try {
      await fetchInto(run, objects);
    } catch (error) {
      run.errors.push(error);
    }
  };
}

interface Call {
  node: FetchNode;
  path: ResponsePath;
  ask: Ask;
  schema: () => GraphQLSchema;
}

type FetchInto = (run: Run, objects: Data[]) => Promise<void>;

/** Fields of the root, or ones that need nothing of the objects which they belong to. */
function plainFetch({ node, path, ask, schema }: Call): FetchInto {
  return async (run, objects) => {
    const { data, errors } = await ask(run, pickVariables(node, run));
    if (errors) run.errors.push(...asGatewayErrors(errors, node.serviceName, (inAnswer) => [[...path, ...inAnswer]]));
    if (data && node.outputRewrites) applyRewrites(schema(), node.outputRewrites, data);
    for (const object of objects) deepMerge(object, data);
  };
}

/** Fields of entities, which the subgraph knows by what it requires of them. Who is asked for twice is sent once. */
function entityFetch({ node, path, ask, schema }: Call, requires: NonNullable<FetchNode['requires']>): FetchInto {
  const represent = compileRepresent(requires, schema);
  if (node.variableUsages?.includes('representations'))
    throw new UnsupportedPlanError('a variable named representations');

  return async (run, objects) => {
    const { entities, sent, sentAs } = representAll(objects, { represent, node, schema });
    if (sent.length === 0) return;
    const variables = { ...pickVariables(node, run), representations: sent };
    const { data, errors } = await ask(run, variables);
    if (errors) run.errors.push(...asGatewayErrors(errors, node.serviceName, placesOf({ path, run, sentAs })));
    if (!data) return;
    const received = entitiesIn(data, { sent: sent.length, represented: entities.length });
    const isShared = sent.length < entities.length;
    entities.forEach((entity, index) => {
      const answered = received[Number(sentAs[index])];
      // What two entities share, a later fetch would change for both.
      const found = isShared ? copyOf(answered) : answered;
      if (found && !found.__typename) found.__typename = entity.__typename;
      if (node.outputRewrites) applyRewrites(schema(), node.outputRewrites, found as Data);
      deepMerge(entity, found);
    });
  };
}

interface Represented {
  /** Those of the objects that the subgraph can be asked for. */
  entities: Data[];
  /** What is sent for them: each representation once. */
  sent: Data[];
  /** For each of `entities`, the index of its representation in `sent`. */
  sentAs: number[];
}

function representAll(
  objects: Data[],
  { represent, node, schema }: { represent: Represent; node: FetchNode; schema: () => GraphQLSchema },
): Represented {
  const entities: Data[] = [];
  const sent: Data[] = [];
  const sentAs: number[] = [];
  const known = new Map<string, number>();
  for (const object of objects) {
    const representation = represent(object);
    if (!representation?.__typename) continue;
    if (node.inputRewrites) applyRewrites(schema(), node.inputRewrites, representation);
    const key = nameOf(representation);
    let index = known.get(key);
    if (index === undefined) {
      index = sent.push(representation) - 1;
      known.set(key, index);
    }
    entities.push(object);
    sentAs.push(index);
  }
  return { entities, sent, sentAs };
}

/** The same for equal representations, and for no others. Most hold nothing but texts: a type's name and a key. */
function nameOf(representation: Data): string {
  let name = '';
  for (const key in representation) {
    const value = representation[key];
    if (typeof value !== 'string') return JSON.stringify(representation);
    name += `${key.length}:${key}${value.length}:${value}`;
  }
  return name;
}

/** Throws what Apollo's executor throws, where an answer has not one entity for each that was sent. */
function entitiesIn(data: Data, { sent, represented }: { sent: number; represented: number }): (Data | null)[] {
  const received = data._entities;
  if (!Array.isArray(received)) throw new Error('Expected "data._entities" in response to be an array');
  if (received.length !== sent) throw new Error(`Expected "data._entities" to contain ${represented} elements`);
  return received;
}

/** Of JSON. */
function copyOf<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(copyOf) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const copy: Data = {};
  for (const key in value) copy[key] = copyOf((value as Data)[key]);
  return copy as Value;
}

function pickVariables({ variableUsages = [] }: FetchNode, { variables }: Run): Data {
  const picked: Data = {};
  for (const name of variableUsages) {
    if (Object.hasOwn(variables, name) && variables[name] !== undefined) picked[name] = variables[name];
  }
  return picked;
}

type Ask = (run: Run, variables: Data) => Promise<Answer>;

function compileAsk(node: FetchNode, path: ResponsePath, service: GraphQLDataSource): Ask {
  const { operation: query, operationName, operationDocumentNode: document } = node;
  return ({ requestContext }, variables) =>
    service.process({
      kind: GraphQLDataSourceRequestKind.INCOMING_OPERATION,
      request: { query, variables, ...(operationName !== undefined && { operationName }) },
      incomingRequestContext: requestContext,
      context: requestContext.context,
      ...(document && { document }),
      pathInIncomingRequest: path,
    });
}
