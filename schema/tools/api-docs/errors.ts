import { readFileSync } from 'node:fs';
import type { GraphQLSchema } from 'graphql';
import { codesByField } from '../field-codes.ts';
import { table } from './markdown.ts';

/** README's table of codes, with the fields that each comes from. */
export function errorTable(schema: GraphQLSchema): string {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, rows = ''] = /^\| code \| when \| beside it \|\n\| --- .*\n((?:\|.*\n)+)/m.exec(readme) ?? [];
  const fields = [...codesByField(schema)];
  const from = (code: string) =>
    fields.flatMap(([coordinate, codes]) => (codes.includes(code) ? `\`${coordinate}\`` : []));
  return table(
    ['code', 'when', 'beside it', 'from'],
    rows
      .trim()
      .split('\n')
      .map((row) => {
        const [, code = '', when = '', beside = ''] = row.split(/ *\| */);
        const sources = (code.match(/[A-Z_]{4,}/g) ?? []).map(from);
        // What no field lists may come from each of them.
        const isListed = sources.every((places) => places.length > 0);
        return [code, when, beside, isListed ? [...new Set(sources.flat())].join(', ') : 'any'];
      }),
  );
}
