import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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

const usage = `node --import tsx schema/compose.ts: composes schema/auth.graphql and schema/resources.graphql into
schema/supergraph.graphql and schema/api.graphql. Takes no argument but --help. npm run compose also writes docs/api.md.
`;

/** Runs the command. An unknown argument writes nothing, and exits with 2. */
function main([argument, ...others]: string[]): void {
  if (argument === '--help' && others.length === 0) return void process.stdout.write(usage);
  if (argument !== undefined) {
    process.stderr.write(`Unknown argument: ${[argument, ...others].join(' ')}\n${usage}`);
    process.exitCode = 2;
    return;
  }
  const { supergraph, api } = compose();
  writeFileSync(here('supergraph.graphql'), supergraph);
  writeFileSync(here('api.graphql'), api);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
