import { onTestFinished } from 'vitest';
import type { IncomingRequest } from '../../../platform/graphql/graphql-endpoint.ts';
import {
  type GraphqlServerSettings,
  type RunningServer,
  startGraphqlServer,
} from '../../../platform/graphql/server.ts';
import { publicErrors } from '../../../schema/error-codes.ts';
import { captureLog, type LogLine } from '../captured-log.ts';
import { createTinySchema, type TinySchema } from './tiny-schema.ts';

export interface TinyServer extends RunningServer, Omit<TinySchema, 'schema'> {
  /** Scheme, host and port. */
  origin: string;
  log: LogLine[];
}

type Settings = Partial<
  Pick<
    GraphqlServerSettings<IncomingRequest>,
    | 'bodyLimitOf'
    | 'checkReady'
    | 'close'
    | 'corsOrigins'
    | 'hstsSeconds'
    | 'identifySender'
    | 'listen'
    | 'maxBodyBytes'
    | 'maxResponseBytes'
    | 'page'
    | 'paths'
    | 'shutdown'
    | 'uploads'
    | 'validationRules'
  >
>;

/** Starts a real server of a small schema on a free port. It stops after the test. */
export async function startTinyServer(settings: Settings = {}): Promise<TinyServer> {
  const { schema, ...tiny } = createTinySchema();
  const { log, lines } = captureLog();
  const server = await startGraphqlServer<IncomingRequest>({
    schema,
    publicErrors,
    context: (request) => request,
    checkReady: async () => ({}),
    listen: { host: '127.0.0.1', port: 0, portVariable: 'TINY_PORT' },
    log,
    ...settings,
  });
  onTestFinished(async () => {
    tiny.finishSlow();
    await server.stop();
  });
  return { ...server, ...tiny, origin: new URL(server.url).origin, log: lines };
}

/** Posts a body, as JSON unless it is a string. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}
