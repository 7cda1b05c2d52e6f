import { createServer, type RequestListener } from 'node:http';
import { readSupergraph, settingsOf } from './settings.ts';

/** The parts of Hive's packages in use; they are installed in bench/ only. */
interface HiveRuntime {
  createGatewayRuntime(config: {
    supergraph: string;
    unifiedGraphHandler: unknown;
    logging: string;
    graphiql: boolean;
    landingPage: boolean;
    propagateHeaders: { fromClientToSubgraphs(options: { request: Request }): Record<string, string> | undefined };
  }): RequestListener;
}

const names = { runtime: '@graphql-hive/gateway-runtime', router: '@graphql-hive/router-runtime' };
const { createGatewayRuntime } = (await import(names.runtime)) as HiveRuntime;
const { unifiedGraphHandler } = (await import(names.router)) as { unifiedGraphHandler: unknown };

/** Hive Gateway's runtime with its query planner, on `node:http`. */
const settings = settingsOf(process.argv);
const gateway = createGatewayRuntime({
  supergraph: readSupergraph(settings),
  unifiedGraphHandler,
  logging: 'warn',
  graphiql: false,
  landingPage: false,
  propagateHeaders: {
    fromClientToSubgraphs({ request }) {
      const authorization = request.headers.get('authorization');
      return authorization === null ? undefined : { authorization };
    },
  },
});
createServer(gateway).listen(settings.port, '127.0.0.1');
