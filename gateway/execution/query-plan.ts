import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { compileFetch } from './fetch.ts';
import { type CountBytes, type Step, type SubgraphService, UnsupportedPlanError } from './run.ts';

/** Subgraphs and schema that the nodes of a plan refer to. */
export interface PlanContext {
  services: Record<string, SubgraphService>;
  supergraphSchema: () => GraphQLSchema;
  countBytes: CountBytes;
}

/** Compiles a query plan into one step that runs it. Throws UnsupportedPlanError. */
export function compilePlan({ node }: QueryPlan, context: PlanContext): Step {
  if (node?.kind === 'Subscription') throw new UnsupportedPlanError('a subscription');
  return node ? compileNode(node, context) : nothing;
}

const nothing: Step = async () => {};

function compileNode(node: PlanNode, context: PlanContext): Step {
  switch (node.kind) {
    case 'Fetch':
      return compileFetch(node, [], context);
    case 'Flatten':
      if (node.node.kind !== 'Fetch') throw new UnsupportedPlanError(`a ${node.node.kind} in a Flatten`);
      return compileFetch(node.node, node.path, context);
    case 'Sequence':
      return inOrder(node.nodes.map((child) => compileNode(child, context)));
    case 'Parallel':
      return atOnce(node.nodes.map((child) => compileNode(child, context)));
    default:
      throw new UnsupportedPlanError(`a ${node.kind}`);
  }
}

function inOrder(steps: Step[]): Step {
  return async (run) => {
    for (const step of steps) await step(run);
  };
}

function atOnce(steps: Step[]): Step {
  return async (run) => {
    await Promise.all(steps.map((step) => step(run)));
  };
}
