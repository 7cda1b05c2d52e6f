import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LimitedLog } from '../process/limited-log.ts';
import { type HttpError, sendError } from './responses.ts';

/** A request, its response, and what both have in common. */
export interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  requestId: string;
  /** Sent with every response. */
  headers: Record<string, string>;
}

/** Responds to requests at a path of its own. `headers` go with every response. */
export type PathHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  exchange: Pick<Exchange, 'requestId' | 'headers'>,
) => Promise<void> | void;

/** Answers a request that GraphQL does not execute, and logs it: that is its client's mistake. */
export function reject(error: HttpError, { res, requestId, headers }: Exchange, limited: LimitedLog): void {
  const { status, code } = error;
  limited.info(`${status} ${code}`, { requestId, status, code }, 'rejected');
  sendError(res, error, headers);
}
