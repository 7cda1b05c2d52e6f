import { getOperationAST } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { ApiError } from '../../platform/api-error.ts';
import type { Authorization } from '../../platform/authorization/authorization.ts';
import { completeDenied, type ErrorFor } from '../../platform/authorization/denied-fields.ts';
import type { Requirement } from '../../platform/authorization/requirement.ts';
import { requirementsOf, restrictOperation } from '../../platform/authorization/restricted-operation.ts';
import { withoutTokens } from '../../platform/graphql/documents/compact-document.ts';
import { parseOperationDocument } from '../../platform/graphql/documents/operation-document.ts';
import { variableErrors } from '../../platform/graphql/documents/variable-errors.ts';
import type { ExecutableOperation, Executor, ValidOperation } from '../../platform/graphql/prepared-operations.ts';
import { rewrittenOperation } from '../execution/preprocessing/rewritten-operation.ts';
import type { Caller, Identity } from '../identity/identity.ts';

/** Prepared versions of one operation. Callers do not differ in more of the requirements of one document. */
const maxVariants = 8;

/** Measured: the functions and the cache of variants of one operation. */
const baseBytes = 3_000;
/** Estimated for a denied field with its place. */
const bytesPerDenial = 1_000;

/**
 * Lets an executor run only what the caller may use. A denied field is null with its error, and is neither planned nor
 * executed. An operation is prepared once for each set of requirements that its callers do not meet.
 */
export function authorize(executor: Executor, authorization: Authorization): Executor {
  const { schema } = executor;
  const { requirements } = authorization;
  return {
    ...executor,
    prepare: (operation) => {
      const required = requirementsOf(operation.document, { schema, requirements });
      if (required.length === 0) return executor.prepare(operation);
      return prepareForCallers(operation, { executor, authorization, required });
    },
  };
}

type Request = Parameters<ExecutableOperation['execute']>[0];

/** An operation without some of its fields. `errorFor` gives the errors of those. */
interface Variant {
  execute(request: Request, errorFor: ErrorFor): ReturnType<ExecutableOperation['execute']>;
  sizeBytes(): number;
}

function prepareForCallers(
  operation: ValidOperation,
  { executor, authorization, required }: { executor: Executor; authorization: Authorization; required: Requirement[] },
): ExecutableOperation {
  const { source, operationName } = operation;
  const variants = new LRUCache<string, Variant>({ max: maxVariants });
  // Until the first execution; later variants parse the text again.
  let newOperation: ValidOperation | undefined = operation;

  const errorFor = (identity: Identity, requirement: Requirement): ApiError | undefined =>
    'viewer' in identity ? authorization.forbid(identity.viewer, requirement) : identity.error;

  const prepareVariant = (unmet: Requirement[]): Variant => {
    const parsed = newOperation ?? parseOperation({ source, operationName });
    newOperation = undefined;
    return unmet.length === 0 ? executor.prepare(parsed) : restrict(parsed, { executor, authorization, unmet });
  };

  const executeFor = (identity: Identity, request: Request) => {
    const unmet = required.filter((requirement) => errorFor(identity, requirement) !== undefined);
    const key = unmet.length === 0 ? '' : unmet.map((requirement) => required.indexOf(requirement)).join();
    let variant = variants.get(key);
    if (!variant) {
      variant = prepareVariant(unmet);
      variants.set(key, variant);
    }
    return variant.execute(request, (requirement) => requireValue(errorFor(identity, requirement)));
  };

  return {
    execute: (request) => {
      const identity = (request.context as { caller: Caller }).caller.identity();
      return identity instanceof Promise
        ? identity.then((known) => executeFor(known, request))
        : executeFor(identity, request);
    },
    sizeBytes: () => {
      let bytes = baseBytes + 2 * source.length;
      for (const variant of variants.values()) bytes += variant.sizeBytes();
      return bytes;
    },
  };
}

function restrict(
  { document, operation }: ValidOperation,
  { executor, authorization, unmet }: { executor: Executor; authorization: Authorization; unmet: Requirement[] },
): Variant {
  const { schema } = executor;
  const { requirements } = authorization;
  const isMet = (requirement: Requirement) => !unmet.includes(requirement);
  const restricted = restrictOperation(document, { schema, requirements, isMet });
  const { denials, result } = restricted;
  const executable: ExecutableOperation = result
    ? { execute: async () => ({ data: result }), sizeBytes: () => 0 }
    : executor.prepare(rewrittenOperation(restricted.document));
  const { part: definitions, sizeBytes } = withoutTokens(operation.variableDefinitions ?? []);
  const denialBytes = bytesPerDenial * denials.fields.length;
  return {
    execute: async (request, errorFor) => {
      // Errors of variables show where they stand in the client's document, also of those that only denied fields use.
      const errors = variableErrors({ schema, definitions }, request.variables);
      if (errors) return { errors };
      return completeDenied(await executable.execute(request), denials, errorFor);
    },
    sizeBytes: () => sizeBytes + denialBytes + executable.sizeBytes(),
  };
}

function parseOperation({ source, operationName }: Pick<ValidOperation, 'source' | 'operationName'>): ValidOperation {
  const document = parseOperationDocument({ source, operationName });
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new Error('The document holds no such operation.');
  return { source, document, operation, operationName };
}

function requireValue(error: ApiError | undefined): ApiError {
  if (!error) throw new Error('A denied field has no error.');
  return error;
}
