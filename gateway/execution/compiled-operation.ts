import type { GatewayConfig } from '@apollo/gateway';
import { type GraphQLError, getVariableValues } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { FallbackShape } from './apollo-fallback.ts';
import { type ConditionValues, findConditions } from './conditions.ts';
import { hasPrototypeNames } from './prototype-names.ts';
import { compilePlan } from './query-plan.ts';
import { compileShape, type Shape, surprise } from './response-shape.ts';
import type { Data, RequestContext, Result, Run, Step } from './run.ts';
import type { Schemas } from './schemas.ts';
import { UnsupportedPlanError } from './unsupported-plan-error.ts';

/** What Apollo's executor tells of an operation when it has its plan. */
export type Planned = Parameters<NonNullable<GatewayConfig['experimental_didResolveQueryPlan']>>[0];

/** The part of it that outlives the request, whose variables may be large. */
export type PlannedOperation = Pick<Planned, 'queryPlan' | 'serviceMap' | 'operationContext'> &
  Pick<RequestContext, 'document'>;

/** Makes a run of an operation by its plan; undefined where only the stock executor can run it. */
export type PrepareRun = (requestContext: RequestContext) => RunPlan | undefined;
export type RunPlan = () => Promise<Result>;

/** A client has no more settings of one document's conditions; for each of them it is compiled once. */
const maxVariants = 16;

/** Compiles a planned operation: for each setting of the variables that it has conditions on, when that first comes. */
export function compileOperation(
  { queryPlan, serviceMap: services, operationContext, document }: PlannedOperation,
  { supergraphSchema, prepareApolloFallback }: Schemas,
): PrepareRun {
  const { operation, fragments, schema } = operationContext;
  const { variableDefinitions } = operation;
  if (hasPrototypeNames(document)) return () => undefined;
  const conditions = findConditions(document, operation);
  const fallbackShape = prepareApolloFallback({ operation, fragments });
  const variants = new LRUCache<string, Variant>({ max: maxVariants });

  const compile = (conditionValues: ConditionValues): Variant =>
    attempt(() => ({
      shape: compileShape({ schema, operation, fragments, conditionValues }),
      step: compilePlan(queryPlan, { services, supergraphSchema, conditionValues }),
      fallbackShape,
    }));

  return (requestContext) => {
    const variables: Data = requestContext.request.variables ?? {};
    if (variableDefinitions?.length && getVariableValues(schema, variableDefinitions, variables).errors)
      return undefined;
    const conditionValues = conditions.valuesIn(variables);
    if (!conditionValues) return undefined;
    const key = JSON.stringify(conditionValues);
    const variant = variants.get(key) ?? compile(conditionValues);
    variants.set(key, variant);
    return variant ? () => runVariant(variant, { requestContext, variables, data: {}, errors: [] }) : undefined;
  };
}

/** What a document is compiled to under one setting of its conditions. */
type Variant = { step: Step; shape: Shape; fallbackShape: FallbackShape } | typeof notUnderstood;

const notUnderstood = false;

function attempt<Compiled>(compile: () => Compiled): Compiled | typeof notUnderstood {
  try {
    return compile();
  } catch (error) {
    if (error instanceof UnsupportedPlanError) return notUnderstood;
    throw error;
  }
}

async function runVariant({ step, shape, fallbackShape }: Exclude<Variant, false>, run: Run): Promise<Result> {
  await step(run);
  try {
    const data = shape(run.data);
    return run.errors.length === 0 ? { data } : { data, errors: run.errors as GraphQLError[] };
  } catch (error) {
    if (error !== surprise && !(error instanceof UnsupportedPlanError)) throw error;
    return fallbackShape(run.data, run.variables, run.errors);
  }
}
