import type { Rest, TypedDocument } from './documents.ts';
import { type Repeatable, type RetrySettings, withRetry } from './retry.ts';
import type { Runner, Session } from './session.ts';
import type { Send } from './transport.ts';

/** What every operation takes beside its input. */
export interface CallOptions {
  /** Gives up, and rejects with its reason; what was sent may be done all the same. */
  signal?: AbortSignal | undefined;
}

export interface ExecuteOptions extends CallOptions {
  /** `anything` of queries, and `refused` of mutations, unless it is given. */
  repeatable?: Repeatable | undefined;
  /** Told of each failure that is followed by another attempt. */
  onRetry?: ((error: unknown) => void) | undefined;
}

/** Runs one operation, as whoever is logged in when it begins. Throws an ApiError, a ConnectionError or an AnswerError. */
export type Execute = <Data, Variables>(
  document: TypedDocument<Data, Variables>,
  ...rest: Rest<Variables, ExecuteOptions>
) => Promise<Data>;

/** Runs operations as one log-in, which may be nobody's, and as no other that takes over from it; or with one token. */
export type ExecuteAs = (runner: Runner) => Execute;

/** What the operations of a client are made of. */
export interface ClientParts {
  execute: Execute;
  executeAs: ExecuteAs;
  session: Session;
}

export function createExecuteAs({ send, retry }: { send: Send; retry: RetrySettings }): ExecuteAs {
  return (runner) =>
    <Data, Variables>(
      document: TypedDocument<Data, Variables>,
      ...[variables, options = {}]: Rest<Variables, ExecuteOptions>
    ) => {
      const { signal, repeatable = usualOf(String(document)), onRetry } = options;
      const text = String(document);
      const repetition = { ...retry, repeatable, signal, onRetry };
      // A refresh that fails, after attempts of its own, is not tried again for each of these.
      const attempts = (accessToken: string | undefined) =>
        withRetry(() => send<Data>({ text, variables, accessToken, signal }), repetition);
      return runner.run(attempts, signal);
    };
}

/** A text that has the word anywhere is taken for a mutation, which is the safe side. */
const usualOf = (text: string): Repeatable => (/\bmutation\b/.test(text) ? 'refused' : 'anything');
