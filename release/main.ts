import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { release } from './release.ts';

const help = `Usage: npm run release -- <version> [options]

Releases a version X.Y.Z from a clean work tree:

  1. runs npm run check and npm test
  2. sets the version of the project and of the TypeScript client
  3. moves the entries of CHANGELOG.md from "Unreleased" to the version
  4. records schema/api.graphql as the released API, with the notes in schema/CHANGES.md
  5. commits, and tags the commit vX.Y.Z
  6. builds the container image image-supergraph:X.Y.Z with its labels, or prints the command where there is no Docker

A failure before the commit leaves the work tree as it was. Nothing is pushed.

  --dry-run   check the conditions and print the steps, without executing them
  --checked   skip step 1, because .ci/run has passed for this commit
  --help      print this text
`;

interface Options {
  version: string;
  isDryRun: boolean;
  isChecked: boolean;
}

/** Parses the command line; undefined for `--help`. Throws an error with a message for the user. */
function readOptions(args: string[]): Options | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'dry-run': { type: 'boolean', default: false },
      checked: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help && positionals.length > 0) throw new Error(`Unknown arguments: ${positionals.join(' ')}`);
  if (values.help) return undefined;
  const [version, ...others] = positionals;
  if (version === undefined) throw new Error('Name the version to release.');
  if (others.length > 0) throw new Error(`Unknown arguments: ${others.join(' ')}`);
  if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}$/.test(version)) throw new Error(`'${version}' is not a version X.Y.Z.`);
  return { version, isDryRun: values['dry-run'], isChecked: values.checked };
}

/** The message of an error. Of Node's messages about options, the first sentence: the rest is advice for programmers. */
function explain(error: NodeJS.ErrnoException): string {
  return error.code?.startsWith('ERR_PARSE_ARGS') ? `${error.message.split(/\.\s/)[0]}.` : error.message;
}

function main(): number {
  let options: Options | undefined;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${explain(error as Error)}\n\n${help}`);
    return 2;
  }
  if (!options) {
    console.log(help);
    return 0;
  }
  try {
    release({ ...options, root: fileURLToPath(new URL('..', import.meta.url)), log: console.log });
    return 0;
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
}

process.exitCode = main();
