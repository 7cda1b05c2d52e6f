import { buildOperationContext } from '@apollo/gateway/dist/operationContext.js';
import type { QueryPlan } from '@apollo/query-planner';
import { BREAK, type DocumentNode, type GraphQLError, type GraphQLSchema, getVariableValues, visit } from 'graphql';
import { LRUCache } from 'lru-cache';
import { withoutTokens } from '../../platform/graphql/compact-document.ts';
import { parseOperationDocument } from '../../platform/graphql/operation-document.ts';
import type { ExecutableOperation, ValidOperation } from '../../platform/graphql/prepared-operations.ts';
import type { ApolloFallback } from './apollo-fallback.ts';
import { type ConditionValues, findConditions } from './conditions.ts';
import { compactPlan, type Planner } from './planner.ts';
import { compilePlan } from './query-plan.ts';
import { compileShape, type ShapeResponse } from './response-shape.ts';
import {
  type Data,
  ResponseShapeError,
  type Result,
  type Run,
  type Step,
  type SubgraphService,
  UnsupportedPlanError,
} from './run.ts';

/** Called with what runs an operation: its compiled functions, or Apollo's. */
export type OnRun = (by: 'compiled' | 'apollo') => void;

interface Dependencies {
  planner: Planner;
  services: Record<string, SubgraphService>;
  fallback: ApolloFallback;
  onRun?: OnRun | undefined;
}

/** Compiled versions of one operation. Clients do not use more settings of one document's conditions. */
const maxVariants = 16;

/** Measured: the functions and the cache of variants of one operation. */
const baseBytes = 6_000;

/**
 * Prepares an operation. It is planned when it first runs with valid variables, and compiled for each setting of its
 * `@skip` and `@include` variables when that first comes. Only the text of the document is kept; it is parsed again where
 * Apollo's functions need it.
 */
export function prepareOperation(
  { source, document, operation, operationName }: ValidOperation,
  { planner, services, fallback, onRun = () => {} }: Dependencies,
): ExecutableOperation {
  const { schema } = planner;
  const { part: variableDefinitions, sizeBytes } = withoutTokens(operation.variableDefinitions ?? []);
  let planned: PlannedOperation | undefined;
  let newDocument: DocumentNode | undefined = document;

  const runVariant = async ({ step, shape }: CompiledVariant, run: Run): Promise<Result> => {
    await step(run);
    const { data, errors } = run;
    try {
      const shaped = shape(data);
      return errors.length === 0 ? { data: shaped } : { data: shaped, errors: errors as GraphQLError[] };
    } catch (error) {
      if (!(error instanceof ResponseShapeError) && !(error instanceof UnsupportedPlanError)) throw error;
      return fallback.shape(run, { document: parseOperationDocument({ source, operationName }), operationName });
    }
  };

  return {
    async execute({ variables, context }) {
      const parsed = newDocument;
      newDocument = undefined;
      if (variableDefinitions.length > 0) {
        const { errors } = getVariableValues(schema, variableDefinitions, variables ?? {});
        if (errors) return { errors };
      }
      planned ??= planOperation(
        {
          source,
          document: parsed ?? parseOperationDocument({ source, operationName }, { noLocation: true }),
          operationName,
        },
        { planner, services },
      );
      const chosen = planned.choose(variables ?? {});
      const isCompiled = 'step' in chosen;
      onRun(isCompiled ? 'compiled' : 'apollo');
      if (isCompiled) return runVariant(chosen, { context, variables: variables ?? {}, data: {}, errors: [] });
      return fallback.run(chosen, {
        source,
        document: parseOperationDocument({ source, operationName }),
        operationName,
        variables,
        context,
      });
    },
    sizeBytes: () => baseBytes + 2 * source.length + sizeBytes + (planned?.sizeBytes() ?? 0),
  };
}

/** An operation compiled for one setting of its conditions. */
interface CompiledVariant {
  step: Step;
  shape: ShapeResponse;
}

interface PlannedOperation {
  /** Chooses what runs the operation with these variables: a compiled variant, or the plan for Apollo's functions. */
  choose(variables: Data): CompiledVariant | QueryPlan;
  sizeBytes(): number;
}

function planOperation(
  { source, document, operationName }: Pick<ValidOperation, 'source' | 'document' | 'operationName'>,
  { planner, services }: Pick<Dependencies, 'planner' | 'services'>,
): PlannedOperation {
  const { schema, supergraphSchema } = planner;
  const { operation } = operationIn(document, { schema, operationName });
  const { plan, sizeBytes: planBytes } = compactPlan(planner.plan(document, operationName));
  const conditions = hasPrototypeNames(document) ? undefined : findConditions(document, operation);
  let compiledBytes = 0;
  const variants = new LRUCache<string, { chosen: CompiledVariant | QueryPlan; sizeBytes: number }>({
    max: maxVariants,
    dispose: ({ sizeBytes }) => {
      compiledBytes -= sizeBytes;
    },
  });

  const compile = (conditionValues: ConditionValues) => {
    const variant = { chosen: plan as CompiledVariant | QueryPlan, sizeBytes: 0 };
    const countBytes = (bytes: number) => {
      variant.sizeBytes += bytes;
      compiledBytes += bytes;
    };
    const selected = operationIn(parseOperationDocument({ source, operationName }, { noLocation: true }), {
      schema,
      operationName,
    });
    try {
      variant.chosen = {
        shape: compileShape({ ...selected, conditionValues, countBytes }),
        step: compilePlan(plan, { services, supergraphSchema, conditionValues, countBytes }),
      };
    } catch (error) {
      if (!(error instanceof UnsupportedPlanError)) throw error;
    }
    return variant;
  };

  return {
    choose: (variables) => {
      const values = conditions?.valuesIn(variables);
      if (!values) return plan;
      const key = JSON.stringify(values);
      let variant = variants.get(key);
      if (!variant) {
        variant = compile(values);
        variants.set(key, variant);
      }
      return variant.chosen;
    },
    sizeBytes: () => planBytes + compiledBytes,
  };
}

function operationIn(
  operationDocument: DocumentNode,
  { schema, operationName }: { schema: GraphQLSchema; operationName: string | undefined },
) {
  return buildOperationContext({ schema, operationDocument, ...(operationName !== undefined && { operationName }) });
}

/** Tells whether a name in a document is one that every object has, such as `__proto__`: such keys need care everywhere. */
function hasPrototypeNames(document: DocumentNode): boolean {
  let isFound = false;
  visit(document, {
    Name: ({ value }) => {
      isFound ||= value in Object.prototype;
      return isFound ? BREAK : undefined;
    },
  });
  return isFound;
}
