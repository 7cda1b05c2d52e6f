import { readFileSync } from 'node:fs';
import { StartFault } from './start-fault.ts';

/** What a file holds, without white space around it, as `parse` makes of it; a StartFault names the file. */
export function readSecret<Secret>(file: string, parse: (text: string) => Secret): Secret {
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (text !== '') return parse(text);
  } catch (error) {
    throw new StartFault(`${file}: ${(error as Error).message}`, { cause: error });
  }
  throw new StartFault(`${file} is empty: restore it.`);
}
