import { parseArgs } from 'node:util';
import { explainParseError, StartupError, UsageError } from '../platform/process/startup-error.ts';
import { ensureSecrets } from './data-folder.ts';

const help = `Usage: npm run secrets [-- options]

Creates the secrets that the processes share, as files in a folder, and prints their paths. Files that exist stay as
they are.

  --folder <folder>   the folder, instead of ./secrets
  --help              print this text
`;

/** Containers mount each file and read it as another user: the files are readable, their folder is private. */
const mode = 0o644;

function readOptions() {
  const options = { folder: { type: 'string', default: './secrets' }, help: { type: 'boolean' } } as const;
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new UsageError(`${explainParseError(error)}.\n\n${help}`);
  }
}

try {
  const { folder, help: isHelp } = readOptions();
  process.stdout.write(isHelp ? help : `${Object.values(ensureSecrets(folder, mode)).join('\n')}\n`);
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
