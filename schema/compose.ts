import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { composeServices } from '@apollo/composition';
import { printSchema } from 'graphql';
import { gql } from 'graphql-tag';

const here = (name: string) => new URL(name, import.meta.url);

/** The subgraphs by name, and where each listens under `npm start`; the gateway takes the real addresses from its environment. */
const subgraphs = [
  { name: 'auth', url: 'http://127.0.0.1:4001/graphql' },
  { name: 'resources', url: 'http://127.0.0.1:4002/graphql' },
];

/** Composes the subgraphs' SDL: what the gateway serves from, and what its clients see. Throws with every composition error. */
export function compose(): { supergraph: string; api: string } {
  const { supergraphSdl, schema, errors } = composeServices(
    subgraphs.map(({ name, url }) => ({ name, url, typeDefs: gql(readFileSync(here(`${name}.graphql`), 'utf8')) })),
  );
  if (errors) throw new Error(errors.map((error) => error.message).join('\n'));
  return { supergraph: `${supergraphSdl.trim()}\n`, api: `${printSchema(schema.toAPISchema().toGraphQLJSSchema())}\n` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { supergraph, api } = compose();
  writeFileSync(here('supergraph.graphql'), supergraph);
  writeFileSync(here('api.graphql'), api);
}
