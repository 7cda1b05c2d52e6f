import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type DocumentNode, type GraphQLSchema, parse } from 'graphql';
import { authorizationSpecifications } from '../../../../platform/authorization/directive-requirements.ts';
import { withoutSpecifications } from '../../../../platform/federation/without-specifications.ts';

export interface Supergraph {
  name: string;
  sdl: string;
  /** The schema that clients see. */
  api: GraphQLSchema;
  subgraphs: Subgraph[];
}

export interface Subgraph {
  name: string;
  document: DocumentNode;
  schema: GraphQLSchema;
}

/** The Federation directives that the three richer supergraphs use. Each of their subgraphs' SDL begins with it. */
export const link = `
  extend schema @link(
    url: "https://specs.apollo.dev/federation/v2.9"
    import: [
      "@key" "@shareable" "@provides" "@requires" "@external"
      "@override" "@inaccessible" "@tag" "@interfaceObject"
    ]
  )
`;

/** Composes subgraphs, given as SDL by name. Throws an error that lists every composition error. */
export function composeSupergraph(name: string, sources: Record<string, string>): Supergraph {
  const subgraphs = Object.entries(sources).map(([subgraph, sdl]) => {
    const document = parse(sdl);
    return { name: subgraph, document, schema: buildSubgraphSchema(document) };
  });
  const { supergraphSdl, schema, errors } = composeServices(
    subgraphs.map((subgraph) => ({ name: subgraph.name, url: 'http://nowhere', typeDefs: subgraph.document })),
  );
  if (errors) throw new Error(`${name}: ${errors.map((error) => error.message).join('\n')}`);
  // Apollo's gateway rejects these specifications; both gateways run what a caller may use.
  const sdl = withoutSpecifications(supergraphSdl, authorizationSpecifications);
  return { name, sdl, api: schema.toAPISchema().toGraphQLJSSchema(), subgraphs };
}
