import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
import { AnswerError } from './errors.ts';
import { type Repeatable, type RetrySettings, withRetry } from './retry.ts';
import type { Runner, Session } from './session.ts';
import type { Send } from './transport.ts';
import type { OnProgress } from './upload-progress.ts';

/**
 * The text of an operation with the types of its data and variables, as graphql-codegen generates it with
 * `documentMode: 'string'`. A plain string is accepted too.
 */
// biome-ignore lint/complexity/noBannedTypes: the generated documents extend the class String
export type TypedDocument<Data, Variables> = string | (String & DocumentTypeDecoration<Data, Variables>);

/** The arguments after a document. Variables are optional for a plain string or an operation without variables. */
type Rest<Variables, Options> = unknown extends Variables
  ? [variables?: Record<string, unknown>, options?: Options]
  : Variables extends Record<string, never>
    ? [variables?: Variables, options?: Options]
    : [variables: Variables, options?: Options];

/** Options of every call. */
export interface CallOptions {
  /** Rejects the call with the signal's reason. The server may execute an operation that was already sent. */
  signal?: AbortSignal | undefined;
}

/** Options of calls that send an image. */
export interface UploadOptions extends CallOptions {
  /** Called while the request is sent, in browsers; in Node, never. Another attempt begins at 0 again. */
  onProgress?: OnProgress | undefined;
}

export interface ExecuteOptions extends UploadOptions {
  /** `anything` by default for queries, `rejected` for mutations. */
  repeatable?: Repeatable | undefined;
  /** Called with each failure that is followed by another attempt. */
  onRetry?: ((error: unknown) => void) | undefined;
}

/** Executes an operation as the user who is logged in at its start. Throws ApiError, ConnectionError or AnswerError. */
export type Execute = <Data, Variables>(
  document: TypedDocument<Data, Variables>,
  ...rest: Rest<Variables, ExecuteOptions>
) => Promise<Data>;

/** Executes operations with the access token of one log-in, or with a fixed token. */
export type ExecuteAs = (runner: Runner) => Execute;

/** The parts that a client's operations share. */
export interface ClientParts {
  execute: Execute;
  executeAs: ExecuteAs;
  session: Session;
  maxUploadBytes: number;
}

export function createExecuteAs({ send, retry }: { send: Send; retry: RetrySettings }): ExecuteAs {
  return (runner) =>
    <Data, Variables>(
      document: TypedDocument<Data, Variables>,
      ...[variables, options = {}]: Rest<Variables, ExecuteOptions>
    ) => {
      const { signal, repeatable = defaultRepeatable(String(document)), onRetry, onProgress } = options;
      const text = String(document);
      const repetition = { ...retry, repeatable, signal, onRetry };
      // The retries are inside `run`: a failed token refresh, which has its own, is not repeated with them.
      const attempts = (accessToken: string | undefined) =>
        withRetry(() => send<Data>({ text, variables, accessToken, signal, onProgress }), repetition);
      return runner.run(attempts, signal);
    };
}

/** Any text with the word `mutation` counts as a mutation, which is the safe side. */
const defaultRepeatable = (text: string): Repeatable => (/\bmutation\b/.test(text) ? 'rejected' : 'anything');

/** Returns a root field that a response without errors must have. */
export function requireValue<Value>(value: Value | null): Value {
  if (value === null) throw new AnswerError('The response has neither the requested field nor an error.', 200);
  return value;
}
