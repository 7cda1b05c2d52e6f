import { writeFileSync } from 'node:fs';
import { compose } from '../../compose.ts';
import { apiDocs } from '../api-docs/page.ts';

const usage = `Usage: npm run compose

Composes schema/auth.graphql and schema/resources.graphql into schema/supergraph.graphql and schema/api.graphql, and
generates docs/api.md. Takes no argument but --help.
`;

const write = (name: string, text: string) => writeFileSync(new URL(`../../../${name}`, import.meta.url), text);

/** Runs the command. An unknown argument writes nothing, and exits with 2. */
function main([argument, ...others]: string[]): void {
  if (argument === '--help' && others.length === 0) return void process.stdout.write(usage);
  if (argument !== undefined) {
    process.stderr.write(`Unknown argument: ${[argument, ...others].join(' ')}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  const { supergraph, api } = compose();
  write('schema/supergraph.graphql', supergraph);
  write('schema/api.graphql', api);
  write('docs/api.md', apiDocs(api));
}

main(process.argv.slice(2));
