import { buildOperationContext } from '@apollo/gateway/dist/operationContext.js';
import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql';
import { withoutTokens } from '../../platform/graphql/documents/compact-document.ts';
import { parseOperationDocument } from '../../platform/graphql/documents/operation-document.ts';
import { variableErrors } from '../../platform/graphql/documents/variable-errors.ts';
import type { ExecutableOperation, ValidOperation } from '../../platform/graphql/prepared-operations.ts';
import type { ApolloFallback } from './apollo-fallback.ts';
import { withClientNames, withClientPaths } from './client-names.ts';
import { compactPlan, type Planner } from './planner.ts';
import { compilePlan } from './query-plan.ts';
import { type RenamedOperation, renameOperation, sameNames } from './renamed-operation.ts';
import { rejectCollisions } from './response-names.ts';
import { compileShape, type ShapeResponse } from './response-shape.ts';
import {
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

/** Estimated for a renamed response name: the entry of a map and both names. */
const bytesPerName = 300;

/** Measured: the functions of one operation. */
const baseBytes = 4_000;

/**
 * Prepares an operation without conditions. It is planned and compiled when it first runs with valid variables. Only the
 * text of the document is kept; it is parsed again where Apollo's functions need it. A plan never has response names that
 * it may need for itself; the result has the client's.
 */
export function prepareOperation(
  { source, document, operation, operationName }: ValidOperation,
  { planner, services, fallback, onRun = () => {} }: Dependencies,
): ExecutableOperation {
  const { schema } = planner;
  const { part: variableDefinitions, sizeBytes } = withoutTokens(operation.variableDefinitions ?? []);
  let planned: PlannedOperation | undefined;
  let newDocument: DocumentNode | undefined = document;

  const runCompiled = async (
    { step, shape }: CompiledPlan,
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
      const errors = variableErrors({ schema, definitions: variableDefinitions }, variables);
      if (errors) return { errors };
      planned ??= planOperation(
        {
          source,
          document: parsed ?? parseOperationDocument({ source, operationName }, { noLocation: true }),
          operationName,
        },
        { planner, services },
      );
      const { executable } = planned;
      const isCompiled = 'step' in executable;
      onRun(isCompiled ? 'compiled' : 'apollo');
      if (!isCompiled) return runByApollo(executable, { request: { variables, context }, planned });
      return runCompiled(executable, {
        run: { context, variables: variables ?? {}, data: {}, errors: [], copiedBytes: 0 },
        planned,
      });
    },
    sizeBytes: () => baseBytes + 2 * source.length + sizeBytes + (planned?.sizeBytes ?? 0),
  };
}

interface CompiledPlan {
  step: Step;
  shape: ShapeResponse;
}

type Request = Parameters<ExecutableOperation['execute']>[0];

interface PlannedOperation extends RenamedOperation {
  /** Runs the operation: compiled functions, or the plan for Apollo's. */
  executable: CompiledPlan | QueryPlan;
  sizeBytes: number;
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
  const { plan, sizeBytes: planBytes } = compactPlan(planner.plan(document, operationName));
  let sizeBytes = planBytes + (renamed ? 2 * source.length + bytesPerName * clientNames.size : 0);
  const countBytes = (bytes: number) => {
    sizeBytes += bytes;
  };
  const selected = operationIn(parseOperationDocument({ source, operationName }, { noLocation: true }), {
    schema,
    operationName,
  });
  const executable = compile(plan, {
    shape: { ...selected, clientNames, countBytes },
    step: { services, supergraphSchema, countBytes },
  });
  return {
    source,
    clientNames,
    executable,
    get sizeBytes() {
      return sizeBytes;
    },
  };
}

/** Compiles a plan, or returns it as it is. */
function compile(
  plan: QueryPlan,
  { shape, step }: { shape: Parameters<typeof compileShape>[0]; step: Parameters<typeof compilePlan>[1] },
): CompiledPlan | QueryPlan {
  try {
    return { shape: compileShape(shape), step: compilePlan(plan, step) };
  } catch (error) {
    if (!(error instanceof UnsupportedPlanError)) throw error;
    return plan;
  }
}

function operationIn(
  operationDocument: DocumentNode,
  { schema, operationName }: { schema: GraphQLSchema; operationName: string | undefined },
) {
  return buildOperationContext({ schema, operationDocument, ...(operationName !== undefined && { operationName }) });
}
