import { readFileSync } from 'node:fs';
import { StartupError } from './startup-error.ts';

/** Reads and parses a secret, without the white space around it. Throws a StartupError that names the file. */
export function readSecret<Secret>(file: string, parse: (text: string) => Secret): Secret {
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (text !== '') return parse(text);
  } catch (error) {
    throw new StartupError(`${file}: ${(error as Error).message}`, { cause: error });
  }
  throw new StartupError(`${file} is empty: restore it.`);
}
