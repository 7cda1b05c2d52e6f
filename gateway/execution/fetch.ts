import { applyRewrites } from '@apollo/gateway/dist/dataRewrites.js';
import { deepMerge } from '@apollo/gateway/dist/utilities/deepMerge.js';
import type { FetchNode, ResponsePath } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import {
  defaultMaxResponseBytes,
  exceededBytes,
  responseTooLarge,
} from '../../platform/graphql/execution/response-size.ts';
import { leastJsonBytes } from '../../platform/json.ts';
import { compileRepresent, type Represent } from './representations.ts';
import { objectsAt } from './response-paths.ts';
import {
  type CountBytes,
  type Data,
  type Run,
  type SendToSubgraph,
  type Step,
  type SubgraphService,
  UnsupportedPlanError,
} from './run.ts';
import { asGatewayErrors, placesOf } from './subgraph-errors.ts';

interface FetchContext {
  services: Record<string, SubgraphService>;
  supergraphSchema: () => GraphQLSchema;
  countBytes: CountBytes;
}

/** Measured for the functions of a fetch, without the request body that the service prepares from the query's text. */
const bytesPerFetch = 3_000;
/** Limit of the JSON of the entities that are copied for one operation. They have more than is selected, such as keys. */
const maxCopiedBytes = 4 * defaultMaxResponseBytes;
/** Measured for a query's text, and for the structure of its response. */
const bytesPerCharacter = 8;

/** Compiles the call to one subgraph whose data is merged into the objects at `path`. */
export function compileFetch(node: FetchNode, path: ResponsePath, context: FetchContext): Step {
  const service = context.services[node.serviceName];
  if (!service) throw new UnsupportedPlanError(`no subgraph ${node.serviceName}`);
  if (node.contextRewrites?.length) throw new UnsupportedPlanError('a context');
  const { operation: query, operationName } = node;
  context.countBytes(bytesPerFetch + bytesPerCharacter * query.length);
  const call = { node, path, send: service.prepare({ query, operationName }), schema: context.supergraphSchema };
  // A mutation is executed however large its response is.
  const isMutation = node.operationKind === 'mutation';
  const fetchInto = node.requires ? entityFetch(call, node.requires) : plainFetch(call);
  return async (run) => {
    const objects = path.length === 0 ? [run.data] : objectsAt(run.data, path);
    if (objects.length === 0 || (!isMutation && isTooLarge(run))) return;
    try {
      await fetchInto(run, objects);
    } catch (error) {
      run.errors.push(error);
    }
  };
}

/** Tells a run whose response cannot have all of its data. */
function isTooLarge({ errors }: Run): boolean {
  return errors.some((error) => exceededBytes(error) !== undefined);
}

interface Call {
  node: FetchNode;
  path: ResponsePath;
  send: SendToSubgraph;
  schema: () => GraphQLSchema;
}

type FetchInto = (run: Run, objects: Data[]) => Promise<void>;

/** Fetches fields of a root type, or fields that require nothing from the objects they belong to. */
function plainFetch({ node, path, send, schema }: Call): FetchInto {
  return async (run, objects) => {
    const { data, errors } = await send(pickVariables(node, run), run.context);
    if (errors) run.errors.push(...asGatewayErrors(errors, node, (inResponse) => [[...path, ...inResponse]]));
    if (data && node.outputRewrites) applyRewrites(schema(), node.outputRewrites, data);
    for (const object of objects) deepMerge(object, data);
  };
}

/** Fetches fields of entities by their representations. An entity that occurs twice is sent once. */
function entityFetch({ node, path, send, schema }: Call, requires: NonNullable<FetchNode['requires']>): FetchInto {
  const represent = compileRepresent(requires, schema);
  if (node.variableUsages?.includes('representations'))
    throw new UnsupportedPlanError('a variable named representations');

  return async (run, objects) => {
    const { entities, sent, sentAs } = representAll(objects, { represent, node, schema });
    if (sent.length === 0) return;
    const variables = { ...pickVariables(node, run), representations: sent };
    const { data, errors } = await send(variables, run.context);
    if (errors) run.errors.push(...asGatewayErrors(errors, node, placesOf({ path, run, sentAs })));
    if (!data) return;
    const received = entitiesIn(data, { sent: sent.length, represented: entities.length });
    const isShared = sent.length < entities.length;
    if (isShared) countCopies(run, received, sentAs);
    entities.forEach((entity, index) => {
      const shared = received[Number(sentAs[index])];
      // A later fetch would change an object that is shared for all entities that share it.
      const fields = isShared ? copyOf(shared) : shared;
      if (fields && !fields.__typename) fields.__typename = entity.__typename;
      if (node.outputRewrites) applyRewrites(schema(), node.outputRewrites, fields as Data);
      deepMerge(entity, fields);
    });
  };
}

interface Represented {
  /** The objects that have a representation. */
  entities: Data[];
  /** Their representations, each once. */
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
  const indices = new Map<string, number>();
  for (const object of objects) {
    const representation = represent(object);
    if (!representation?.__typename) continue;
    if (node.inputRewrites) applyRewrites(schema(), node.inputRewrites, representation);
    const key = keyOf(representation);
    let index = indices.get(key);
    if (index === undefined) {
      index = sent.push(representation) - 1;
      indices.set(key, index);
    }
    entities.push(object);
    sentAs.push(index);
  }
  return { entities, sent, sentAs };
}

/** Identifies a representation by its content. Most hold only strings: a type's name and a key. */
function keyOf(representation: Data): string {
  let result = '';
  for (const key in representation) {
    const value = representation[key];
    if (typeof value !== 'string') return JSON.stringify(representation);
    result += `${key.length}:${key}${value.length}:${value}`;
  }
  return result;
}

/** Throws what Apollo's executor throws for a response without one entity for each that was sent. */
function entitiesIn(data: Data, { sent, represented }: { sent: number; represented: number }): (Data | null)[] {
  const received = data._entities;
  if (!Array.isArray(received)) throw new Error('Expected "data._entities" in response to be an array');
  if (received.length !== sent) throw new Error(`Expected "data._entities" to contain ${represented} elements`);
  return received;
}

/** Throws RESPONSE_TOO_LARGE for entities that cannot be copied for each place where they occur. */
function countCopies(run: Run, received: unknown[], sentAs: number[]): void {
  const sizes = received.map((entity) => leastJsonBytes(entity, maxCopiedBytes));
  for (const index of sentAs) run.copiedBytes += sizes[index] ?? 0;
  if (run.copiedBytes > maxCopiedBytes) throw responseTooLarge(maxCopiedBytes);
}

/** Copies JSON. */
function copyOf<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(copyOf) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const copy: Data = {};
  for (const key in value) copy[key] = copyOf((value as Data)[key]);
  return copy as Value;
}

function pickVariables({ variableUsages = [] }: FetchNode, { variables }: Run): Data {
  // Without a prototype, `__proto__` is a name as any other.
  const picked = Object.create(null) as Data;
  for (const name of variableUsages) {
    if (Object.hasOwn(variables, name) && variables[name] !== undefined) picked[name] = variables[name];
  }
  return picked;
}
