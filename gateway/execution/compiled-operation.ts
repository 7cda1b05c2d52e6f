import { buildOperationContext } from '@apollo/gateway/dist/operationContext.js';
import type { QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLError, type GraphQLSchema, getVariableValues } from 'graphql';
import { LRUCache } from 'lru-cache';
import { withoutTokens } from '../../platform/graphql/compact-document.ts';
import { parseOperationDocument } from '../../platform/graphql/operation-document.ts';
import type { ExecutableOperation, ValidOperation } from '../../platform/graphql/prepared-operations.ts';
import type { ApolloFallback } from './apollo-fallback.ts';
import { withClientNames, withClientPaths } from './client-names.ts';
import { type ConditionValues, findConditions } from './conditions.ts';
import { compactPlan, type Planner } from './planner.ts';
import { compilePlan } from './query-plan.ts';
import { type RenamedOperation, renameOperation, sameNames } from './renamed-operation.ts';
import { rejectCollisions } from './response-names.ts';
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

/** Estimated for a renamed response name: the entry of a map and both names. */
const bytesPerName = 300;

/** Measured: the functions and the cache of variants of one operation. */
const baseBytes = 6_000;

/**
 * Prepares an operation. It is planned when it first runs with valid variables, and compiled for each setting of its
 * `@skip` and `@include` variables when that first comes. Only the text of the document is kept; it is parsed again where
 * Apollo's functions need it. A plan never has response names that it may need for itself; the result has the client's.
 */
export function prepareOperation(
  { source, document, operation, operationName }: ValidOperation,
  { planner, services, fallback, onRun = () => {} }: Dependencies,
): ExecutableOperation {
  const { schema } = planner;
  const { part: variableDefinitions, sizeBytes } = withoutTokens(operation.variableDefinitions ?? []);
  let planned: PlannedOperation | undefined;
  let newDocument: DocumentNode | undefined = document;

  const runVariant = async (
    { step, shape }: CompiledVariant,
    { run, planned: { source: planSource, clientNames } }: { run: Run; planned: PlannedOperation },
  ): Promise<Result> => {
    await step(run);
    const { data, errors } = run;
    try {
      const shaped = shape(data);
      if (errors.length === 0) return { data: shaped };
      return { data: shaped, errors: withClientPaths(errors, clientNames) as GraphQLError[] };
    } catch (error) {
      if (!(error instanceof ResponseShapeError) && !(error instanceof UnsupportedPlanError)) throw error;
      const selected = { document: parseOperationDocument({ source: planSource, operationName }), operationName };
      return withClientNames(fallback.shape(run, selected), { ...selected, clientNames });
    }
  };

  const runByApollo = async (
    plan: QueryPlan,
    { request, planned: { source: planSource, clientNames } }: { request: Request; planned: PlannedOperation },
  ): Promise<Result> => {
    const collisions = planner.responseNames.collisionsIn(parseOperationDocument({ source, operationName }));
    if (collisions.length > 0) return { errors: rejectCollisions(collisions) };
    const selected = { document: parseOperationDocument({ source: planSource, operationName }), operationName };
    const result = await fallback.run(plan, { ...selected, ...request, source: planSource });
    return withClientNames(result, { ...selected, clientNames });
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
      if (!isCompiled) return runByApollo(chosen, { request: { variables, context }, planned });
      return runVariant(chosen, { run: { context, variables: variables ?? {}, data: {}, errors: [] }, planned });
    },
    sizeBytes: () => baseBytes + 2 * source.length + sizeBytes + (planned?.sizeBytes() ?? 0),
  };
}

/** An operation compiled for one setting of its conditions. */
interface CompiledVariant {
  step: Step;
  shape: ShapeResponse;
}

type Request = Parameters<ExecutableOperation['execute']>[0];

interface PlannedOperation extends RenamedOperation {
  /** Chooses what runs the operation with these variables: a compiled variant, or the plan for Apollo's functions. */
  choose(variables: Data): CompiledVariant | QueryPlan;
  sizeBytes(): number;
}

function planOperation(
  {
    source: clientSource,
    document: clientDocument,
    operationName,
  }: Pick<ValidOperation, 'source' | 'document' | 'operationName'>,
  { planner, services }: Pick<Dependencies, 'planner' | 'services'>,
): PlannedOperation {
  const { schema, supergraphSchema, responseNames } = planner;
  const renamed = renameOperation(clientDocument, responseNames);
  const { source, clientNames } = renamed ?? { source: clientSource, clientNames: sameNames };
  const document = renamed ? parseOperationDocument({ source, operationName }, { noLocation: true }) : clientDocument;
  const { operation } = operationIn(document, { schema, operationName });
  const { plan, sizeBytes: planBytes } = compactPlan(planner.plan(document, operationName));
  const conditions = findConditions(document, operation);
  const renamedBytes = renamed ? 2 * source.length + bytesPerName * clientNames.size : 0;
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
        shape: compileShape({ ...selected, conditionValues, clientNames, countBytes }),
        step: compilePlan(plan, { services, supergraphSchema, conditionValues, countBytes }),
      };
    } catch (error) {
      if (!(error instanceof UnsupportedPlanError)) throw error;
    }
    return variant;
  };

  return {
    source,
    clientNames,
    choose: (variables) => {
      const values = conditions.valuesIn(variables);
      if (!values) return plan;
      const key = JSON.stringify(values);
      let variant = variants.get(key);
      if (!variant) {
        variant = compile(values);
        variants.set(key, variant);
      }
      return variant.chosen;
    },
    sizeBytes: () => renamedBytes + planBytes + compiledBytes,
  };
}

function operationIn(
  operationDocument: DocumentNode,
  { schema, operationName }: { schema: GraphQLSchema; operationName: string | undefined },
) {
  return buildOperationContext({ schema, operationDocument, ...(operationName !== undefined && { operationName }) });
}
