import { type Difference, differences, type Outcome } from './compare.ts';
import { buildService, createFakeSubgraphs, type Scene } from './fakes/subgraphs.ts';
import {
  createStockGateway,
  type Gateway,
  type GatewaySettings,
  load,
  type QueryPlan,
  type Request,
  type Run,
  silent,
} from './gateways.ts';
import type { RandomOperation } from './operations/random-operation.ts';
import type { Mood } from './scenarios.ts';
import type { Supergraph } from './supergraphs/compose.ts';

/** A gateway that is held to the stock one. */
export type CreateGateway = (settings: GatewaySettings & { onRun: (path: 'lean' | 'stock') => void }) => Gateway;

/** Two gateways before the same subgraphs. */
export interface Stage {
  /** Runs an operation in a mood on both. */
  compare(operation: RandomOperation, mood: Mood): Promise<Comparison>;
  /** The same on the stock gateway alone. */
  runStock(operation: RandomOperation, mood: Mood): Promise<Outcome>;
  /** The stock gateway's plans, by `keyOf`. */
  plans: ReadonlyMap<string, QueryPlan>;
  /** What the stock gateway cannot plan, and finds out anew each time. */
  unplannable: ReadonlySet<string>;
  /** Which executor of the other gateway had the runs that might have been lean, by `keyOf`. */
  paths: ReadonlyMap<string, { lean: number; stock: number }>;
  stop(): Promise<void>;
}

/** In what the other gateway differs from the stock one: nothing, if all is well. */
export interface Comparison {
  differences: Difference[];
  stock: Outcome;
  /** Of the last run. */
  other: Outcome;
}

/** Sets up a supergraph's stock gateway, and one to be held to it. */
export async function createStage(supergraph: Supergraph, createGateway: CreateGateway): Promise<Stage> {
  const createScene = createFakeSubgraphs(supergraph);
  const settings = { supergraphSdl: supergraph.sdl, buildService, logger: silent };
  const plans = new Map<string, QueryPlan>();
  const paths = new Map<string, { lean: number; stock: number }>();
  const unplannable = new Set<string>();
  const known = new Set<string>();
  let planned: QueryPlan | undefined;
  let path: 'lean' | 'stock' = 'stock';
  const showPlan = (plan: QueryPlan) => {
    planned = plan;
  };
  const onRun = (taken: typeof path) => {
    path = taken;
  };
  const gateways = [createStockGateway(settings, showPlan), createGateway({ ...settings, onRun })] as const;
  const [stock, other] = [await load(gateways[0], supergraph), await load(gateways[1], supergraph)];

  return {
    plans,
    unplannable,
    paths,
    runStock: runOnStock,
    async compare(operation, mood) {
      const key = keyOf(operation);
      const wanted = await runOnStock(operation, mood);
      // What is not planned, for its variables are wrong, is never known.
      const times = known.has(key) ? ['second', 'third'] : ['first', 'second', 'third'];
      if (planned) known.add(key);
      const found: Difference[] = [];
      let outcome = wanted;
      for (const time of times) {
        outcome = await perform(other, operation, mood);
        found.push(...differences(wanted, outcome).map((one) => ({ ...one, what: `${one.what} (${time} run)` })));
        if (known.has(key) && time !== 'first') count(key);
      }
      return { differences: found, stock: wanted, other: outcome };
    },
    stop: async () => {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
    },
  };

  async function runOnStock(operation: RandomOperation, mood: Mood): Promise<Outcome> {
    planned = undefined;
    const outcome = await perform(stock, operation, mood);
    if (planned) plans.set(keyOf(operation), planned);
    else if (outcome.thrown) unplannable.add(keyOf(operation));
    return outcome;
  }

  /** The subgraphs are new, and the same, for each run. */
  async function perform(run: Run, operation: RandomOperation, mood: Mood): Promise<Outcome> {
    const scene = createScene({ seed: `${operation.seed} ${mood.name}`, mood });
    const outcome = await outcomeOf(run, { ...operation, variables: operation.variables(mood.name) }, scene);
    // Whoever throws may leave calls behind.
    await scene.over();
    return outcome;
  }

  function count(key: string): void {
    const counts = paths.get(key) ?? { lean: 0, stock: 0 };
    counts[path] += 1;
    paths.set(key, counts);
  }
}

/** What gateways know an operation by. */
export function keyOf({ source, operationName }: RandomOperation): string {
  return `${operationName ?? ''}\n${source}`;
}

async function outcomeOf(run: Run, request: Request, scene: Scene): Promise<Outcome> {
  const { calls } = scene;
  try {
    return { result: await run(request, scene), thrown: undefined, calls };
  } catch (thrown) {
    return { result: undefined, thrown, calls };
  }
}
