import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { ConditionValues } from './conditions.ts';
import { compileFetch } from './fetch.ts';
import { type CountBytes, type Step, type SubgraphService, UnsupportedPlanError } from './run.ts';

/** Subgraphs, schema and variables that the nodes of a plan refer to. */
export interface PlanContext {
  services: Record<string, SubgraphService>;
  supergraphSchema: () => GraphQLSchema;
  /** Values of the variables in the plan's conditions. */
  conditionValues: ConditionValues;
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
    case 'Condition': {
      const isMet = context.conditionValues[node.condition];
      if (isMet === undefined) throw new UnsupportedPlanError('a condition on an unknown variable');
      const branch = isMet ? node.ifClause : node.elseClause;
      return branch ? compileNode(branch, context) : nothing;
    }
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
