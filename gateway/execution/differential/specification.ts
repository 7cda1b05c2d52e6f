import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  buildSchema,
  defaultFieldResolver,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  getOperationAST,
  printSchema,
} from 'graphql';
import { operationDocument } from '../../../platform/graphql/documents/operation-document.ts';
import type { Executor } from '../../../platform/graphql/prepared-operations.ts';
import type { ExecutorSettings } from '../compiled-executor.ts';
import { withPrepare } from './compiled-gateway.ts';
import { identitiesOf } from './fakes/identities.ts';
import { addResolvers } from './fakes/resolvers.ts';
import { buildService, createFakeSubgraphs } from './fakes/subgraphs.ts';
import { silent } from './gateways.ts';
import { canonical } from './operations/random.ts';
import type { RandomOperation } from './operations/random-operation.ts';
import type { Scenario } from './scenarios.ts';
import type { Supergraph } from './supergraphs/compose.ts';

/** Subgraphs without faults. Other scenarios make the subgraphs disagree, which one schema cannot. */
const scenario: Scenario = {
  name: 'without faults',
  errors: 0,
  gone: 0,
  strayErrors: 0,
  nulls: 0,
  wrong: 0,
  broken: 0,
  down: 0,
  late: false,
};

/** An executed operation, with the mutations that were called, in order. */
interface Observed {
  result: ExecutionResult;
  mutations: string[];
}

type Observe = (operation: RandomOperation) => Promise<Observed>;

/**
 * Creates the executor that the specification defines: graphql-js over the API schema, as if there were one server. Its data
 * is that of the fake subgraphs. The context of an execution is its case.
 */
function createSpecificationExecutor({ api, subgraphs }: Supergraph): Executor {
  const schema = buildSchema(printSchema(api));
  addResolvers({ name: 'api', schema }, identitiesOf(subgraphs));
  return {
    schema,
    prepare: ({ document }) => ({
      execute: async ({ variables, context }) =>
        execute({ schema, document, contextValue: context, ...(variables && { variableValues: variables }) }),
      sizeBytes: () => 0,
    }),
  };
}

/** Observes operations on an executor of the specification's, or on one that receives what others made of them. */
export function observeSpecification(
  supergraph: Supergraph,
  wrap: (executor: Executor) => Executor = (executor) => executor,
): Observe {
  const executor = wrap(createSpecificationExecutor(supergraph));
  const observer = createObserver(executor, [executor.schema]);
  return (operation) => observer(operation, { seed: operation.seed, scenario });
}

/** Observes operations on an executor in front of the fake subgraphs. */
export async function observeGateway(
  { sdl: supergraphSdl, ...supergraph }: Supergraph,
  createExecutor: (settings: ExecutorSettings) => Executor | Promise<Executor>,
): Promise<Observe> {
  // Recording changes the schemas, which others use, too.
  const subgraphs = supergraph.subgraphs.map((each) => ({ ...each, schema: buildSubgraphSchema(each.document) }));
  const createBackend = createFakeSubgraphs({ ...supergraph, sdl: supergraphSdl, subgraphs });
  const build = (definition: { name: string }) => withPrepare(buildService(definition));
  const executor = await createExecutor({ supergraphSdl, buildService: build, logger: silent });
  const observer = createObserver(
    executor,
    subgraphs.map(({ schema }) => schema),
  );
  return (operation) => observer(operation, createBackend({ seed: operation.seed, scenario }));
}

function createObserver(executor: Executor, schemas: readonly GraphQLSchema[]) {
  const mutations: string[] = [];
  for (const schema of schemas) recordMutations(schema, mutations);
  return async ({ seed, source, document: whole, operationName, variables }: RandomOperation, context: object) => {
    mutations.length = 0;
    const document = operationDocument(whole, operationName);
    const operation = getOperationAST(document, operationName);
    if (!operation) throw new Error(`The document of ${seed} has no operation ${operationName}.`);
    const prepared = executor.prepare({ source, document, operation, operationName });
    const result = await prepared.execute({ variables: variables(scenario.name), context });
    return { result, mutations: [...mutations] };
  };
}

function recordMutations(schema: GraphQLSchema, mutations: string[]): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { name, resolve = defaultFieldResolver } = field;
    field.resolve = (source, args, context, info) => {
      mutations.push(`${name} ${canonical(args)}`);
      return resolve(source, args, context, info);
    };
  }
}

/** Tells results of operations whose response names Apollo's executor would confuse. */
export function isRejected({ result, mutations }: Observed): boolean {
  // Apollo's executor also reports plain errors, which have no extensions.
  const codes = result.errors?.map(({ extensions }) => extensions?.code);
  return mutations.length === 0 && Boolean(codes?.includes('GRAPHQL_VALIDATION_FAILED'));
}

/** Lists the parts in which an outcome departs from the specification's. Messages and codes of errors are not compared. */
export function departures(specified: Observed, tested: Observed): string[] {
  const parts: [string, unknown, unknown][] = [
    // The order of keys counts.
    ['data', specified.result.data ?? null, tested.result.data ?? null],
    ['errors', placesOf(specified.result), placesOf(tested.result)],
    ['mutations', specified.mutations, tested.mutations],
  ];
  return parts
    .map(([part, expected, actual]) => ({ part, expected: JSON.stringify(expected), actual: JSON.stringify(actual) }))
    .filter(({ expected, actual }) => expected !== actual)
    .map(({ part, expected, actual }) => `${part}\n    specified: ${expected}\n    tested:    ${actual}`);
}

const placesOf = ({ errors = [] }: ExecutionResult) => errors.map(({ path }) => path?.join('.') ?? '').sort();
