import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { authorizationSpecifications } from '../../platform/authorization/directive-requirements.ts';
import { withoutSpecifications } from '../../platform/federation/without-specifications.ts';
import { readSupergraph, settingsOf } from './settings.ts';

interface Context {
  [key: string]: unknown;
  authorization: string | undefined;
}

/** Apollo's gateway with default settings; it forwards the token. It rejects directives that only Apollo's router enforces. */
const settings = settingsOf(process.argv);
const gateway = new ApolloGateway({
  supergraphSdl: withoutSpecifications(readSupergraph(settings), authorizationSpecifications),
  buildService: ({ url }) =>
    new RemoteGraphQLDataSource<Context>({
      ...(url !== undefined && { url }),
      willSendRequest({ request, context }) {
        // The context is empty for the gateway's own requests.
        if (context.authorization) request.http?.headers.set('authorization', String(context.authorization));
      },
    }),
});

await startStandaloneServer(new ApolloServer<Context>({ gateway }), {
  listen: { host: '127.0.0.1', port: settings.port },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
});
