import { readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { printSchema } from 'graphql';
import { gql } from 'graphql-tag';

const here = (name: string) => new URL(name, import.meta.url);

/** The subgraphs with the URLs of `npm start`. The gateway reads the actual URLs from its environment. */
const subgraphs = [
  { name: 'auth', url: 'http://127.0.0.1:4001/graphql' },
  { name: 'resources', url: 'http://127.0.0.1:4002/graphql' },
];

/** Composes the subgraphs' SDL into the supergraph and the API schema. Throws an error that lists all composition errors. */
export function compose(): { supergraph: string; api: string } {
  const { supergraphSdl, schema, errors } = composeServices(
    subgraphs.map(({ name, url }) => ({ name, url, typeDefs: gql(readFileSync(here(`${name}.graphql`), 'utf8')) })),
  );
  if (errors) throw new Error(errors.map((error) => error.message).join('\n'));
  return { supergraph: `${supergraphSdl.trim()}\n`, api: `${printSchema(schema.toAPISchema().toGraphQLJSSchema())}\n` };
}
