import { parseArgs } from 'node:util';
import { StartupError } from '../platform/process/startup-error.ts';
import { ensureSecrets } from './data-folder.ts';

const help = `npm run secrets [-- folder]

Creates the secrets that the processes share, as files in a folder (default: ./secrets), and prints their paths.
Files that exist stay as they are.

  --help
`;

/** Containers mount each file and read it as another user: the files are readable, their folder is private. */
const mode = 0o644;

try {
  const { values, positionals } = parseArgs({ options: { help: { type: 'boolean' } }, allowPositionals: true });
  const [folder = './secrets', ...others] = positionals;
  if (others.length > 0) throw new TypeError('Name one folder only.');
  const output = values.help ? help : `${Object.values(ensureSecrets(folder, mode)).join('\n')}\n`;
  process.stdout.write(output);
} catch (error) {
  // parseArgs throws TypeErrors for unknown options.
  if (error instanceof TypeError) process.stderr.write(`${error.message}\n\n${help}`);
  else if (error instanceof StartupError) process.stderr.write(`${error.message}\n`);
  else throw error;
  process.exitCode = 1;
}
