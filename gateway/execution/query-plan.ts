import type { GraphQLDataSource } from '@apollo/gateway';
import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { ConditionValues } from './conditions.ts';
import { compileFetch } from './fetch.ts';
import type { Step } from './run.ts';
import { UnsupportedPlanError } from './unsupported-plan-error.ts';

/** What the nodes of a plan refer to. */
export interface PlanParts {
  services: Record<string, GraphQLDataSource>;
  supergraphSchema: () => GraphQLSchema;
  /** Of the variables that the plan's conditions ask for. */
  conditionValues: ConditionValues;
}

/** Compiles a query plan of Apollo's into the one step that runs it. Throws UnsupportedPlanError. */
export function compilePlan({ node }: QueryPlan, parts: PlanParts): Step {
  if (node?.kind === 'Subscription') throw new UnsupportedPlanError('a subscription');
  return node ? compileNode(node, parts) : nothing;
}

const nothing: Step = async () => {};

function compileNode(node: PlanNode, parts: PlanParts): Step {
  switch (node.kind) {
    case 'Fetch':
      return compileFetch(node, [], parts);
    case 'Flatten':
      if (node.node.kind !== 'Fetch') throw new UnsupportedPlanError(`a ${node.node.kind} in a Flatten`);
      return compileFetch(node.node, node.path, parts);
    case 'Sequence':
      return inOrder(node.nodes.map((child) => compileNode(child, parts)));
    case 'Parallel':
      return atOnce(node.nodes.map((child) => compileNode(child, parts)));
    case 'Condition': {
      const isMet = parts.conditionValues[node.condition];
      if (isMet === undefined) throw new UnsupportedPlanError('a condition on an unknown variable');
      const branch = isMet ? node.ifClause : node.elseClause;
      return branch ? compileNode(branch, parts) : nothing;
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
