import { GraphQLError, getOperationAST } from 'graphql';
import { operationDocument, variableDefaults } from '../../../platform/graphql/documents/operation-document.ts';
import { collectOperation } from '../preprocessing/collected-operation.ts';
import { rewrittenOperation } from '../preprocessing/rewritten-operation.ts';
import { compareOutcomes, type Difference, type Outcome } from './compare.ts';
import { buildService, createFakeSubgraphs, type FakeBackend } from './fakes/subgraphs.ts';
import {
  type Execute,
  type Gateway,
  type GatewaySettings,
  load,
  type QueryPlan,
  type Request,
  silent,
} from './gateways.ts';
import type { RandomOperation } from './operations/random-operation.ts';
import { createReferenceGateway } from './reference-gateway.ts';
import type { Scenario } from './scenarios.ts';
import type { Supergraph } from './supergraphs/compose.ts';

/** Creates the gateway under test. `onRun` must report which executor ran each operation. */
export type CreateGateway = (settings: GatewaySettings & { onRun: (executor: ExecutorUsed) => void }) => Gateway;

type ExecutorUsed = 'compiled' | 'apollo';

/** How many runs of an operation each executor took. */
export type RunCounts = Record<ExecutorUsed, number>;

/** Apollo's gateway and the gateway under test, in front of the same fake subgraphs. */
export interface Harness {
  supergraph: Supergraph;
  /** Runs an operation on both gateways. */
  compare(operation: RandomOperation, scenario: Scenario): Promise<Comparison>;
  /** Runs an operation on Apollo's gateway only. */
  runApollo(operation: RandomOperation, scenario: Scenario): Promise<Outcome>;
  /** Apollo's query plans, by `operationKey`. */
  plans: ReadonlyMap<string, QueryPlan>;
  /** Operations, by `operationKey`, that Apollo's planner fails on. It would fail again for each scenario. */
  unplannable: ReadonlySet<string>;
  /** Which executor of the gateway under test took the runs after the first, by `operationKey`. */
  runCounts: ReadonlyMap<string, RunCounts>;
  stop(): Promise<void>;
}

export interface Comparison {
  /** Empty if the gateways are equivalent. */
  differences: Difference[];
  apollo: Outcome;
  /** From the last run of the gateway under test. */
  tested: Outcome;
}

/** Loads both gateways for one supergraph. */
export async function createHarness(supergraph: Supergraph, createGateway: CreateGateway): Promise<Harness> {
  const createBackend = createFakeSubgraphs(supergraph);
  const settings = { supergraphSdl: supergraph.sdl, buildService, logger: silent };
  const plans = new Map<string, QueryPlan>();
  const runCounts = new Map<string, RunCounts>();
  const unplannable = new Set<string>();
  const planned = new Set<string>();
  let lastPlan: QueryPlan | undefined;
  let lastExecutor: ExecutorUsed = 'apollo';
  const onPlan = (plan: QueryPlan) => {
    lastPlan = plan;
  };
  const onRun = (executor: ExecutorUsed) => {
    lastExecutor = executor;
  };
  const gateways = [createReferenceGateway(settings, { onPlan }), createGateway({ ...settings, onRun })] as const;
  const executeOnApollo = await load(gateways[0], supergraph);
  const executeOnTested = await load(gateways[1], supergraph);

  return {
    supergraph,
    plans,
    unplannable,
    runCounts,
    runApollo,
    async compare(operation, scenario) {
      const key = operationKey(operation);
      const apollo = await runApollo(operation, scenario);
      // An operation with invalid variables is rejected before planning, so that its next run is a first one again.
      const runs = planned.has(key) ? ['second', 'third'] : ['first', 'second', 'third'];
      if (lastPlan) planned.add(key);
      const differences: Difference[] = [];
      let tested = apollo;
      for (const run of runs) {
        tested = await perform(executeOnTested, operation, scenario);
        const found = isRejected(tested) ? [] : compareOutcomes(apollo, tested);
        differences.push(...found.map((difference) => ({ ...difference, part: `${difference.part} (${run} run)` })));
        if (planned.has(key) && run !== 'first') countRun(key);
      }
      return { differences, apollo, tested };
    },
    stop: async () => {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
    },
  };

  async function runApollo(operation: RandomOperation, scenario: Scenario): Promise<Outcome> {
    lastPlan = undefined;
    const outcome = await perform(executeOnApollo, operation, scenario);
    if (lastPlan) plans.set(operationKey(operation), lastPlan);
    else if (outcome.thrown) unplannable.add(operationKey(operation));
    return outcome;
  }

  /** Tells operations that only Apollo's executor can run, and whose response names it would confuse. */
  function isRejected({ result }: Outcome): boolean {
    const [error] = result?.errors ?? [];
    const isInvalid = error instanceof GraphQLError && error.extensions.code === 'GRAPHQL_VALIDATION_FAILED';
    return lastExecutor === 'apollo' && isInvalid;
  }

  /** Each run gets a new backend from the same seed, so that every run sees the same responses. */
  async function perform(execute: Execute, operation: RandomOperation, scenario: Scenario): Promise<Outcome> {
    const backend = createBackend({ seed: `${operation.seed} ${scenario.name}`, scenario });
    const variables = operation.variables(scenario.name);
    const request = { ...withoutConditions(operation, { schema: supergraph.api, variables }), variables };
    const outcome = await outcomeOf(execute, request, backend);
    // An executor that throws may leave calls running.
    await backend.idle();
    return outcome;
  }

  function countRun(key: string): void {
    const counts = runCounts.get(key) ?? { compiled: 0, apollo: 0 };
    counts[lastExecutor] += 1;
    runCounts.set(key, counts);
  }
}

/** Identifies an operation as the gateways' caches do: by its text and name. */
export function operationKey({ source, operationName }: RandomOperation): string {
  return `${operationName ?? ''}\n${source}`;
}

/** Evaluates conditions, as for every executor; Apollo's own evaluation differs from the specification. */
function withoutConditions(
  { document, operationName }: RandomOperation,
  { schema, variables = {} }: { schema: Supergraph['api']; variables: Record<string, unknown> | undefined },
): Omit<Request, 'variables'> {
  const selected = operationDocument(document, operationName);
  const operation = getOperationAST(selected, operationName);
  // Null or missing values would be errors of the conditions.
  const names = operation?.variableDefinitions?.map(({ variable }) => variable.name.value) ?? [];
  const defaults = operation ? variableDefaults(operation) : {};
  const values = Object.fromEntries(
    names.map((name) => [name, valueIn(variables, name) ?? valueIn(defaults, name) ?? false]),
  );
  return rewrittenOperation(collectOperation(selected, { schema, values }).document);
}

const valueIn = (values: Record<string, unknown>, name: string) =>
  Object.hasOwn(values, name) ? values[name] : undefined;

async function outcomeOf(execute: Execute, request: Request, backend: FakeBackend): Promise<Outcome> {
  const { calls } = backend;
  try {
    return { result: await execute(request, backend), thrown: undefined, calls };
  } catch (thrown) {
    return { result: undefined, thrown, calls };
  }
}
