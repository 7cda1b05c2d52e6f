import type { GraphQLSchema } from 'graphql';
import { apiErrors, type ErrorCode, internalError } from '../../error-codes.ts';
import { codesByField } from '../field-codes.ts';
import { table } from './markdown.ts';

const errors: Record<string, ErrorCode> = { ...apiErrors, ...internalError };

/** A table of the error codes, each with the fields whose descriptions list it. The others may come from any field. */
export function errorTable(schema: GraphQLSchema): string {
  const fields = [...codesByField(schema)];
  const rows = Object.entries(errors).map(([code, { when, extensions = [] }]) => {
    const from = fields.flatMap(([coordinate, codes]) => (codes.includes(code) ? [`\`${coordinate}\``] : []));
    return [`\`${code}\``, when, extensions.map(shapeCell).join('; '), from.join(', ') || 'any'];
  });
  return table(['code', 'when', 'also in `extensions`', 'from'], rows);
}

/** The keys of one alternative, with the strings that each may be. */
function shapeCell(shape: Readonly<Record<string, string | readonly string[]>>): string {
  const keys = Object.entries(shape).map(([key, type]) => {
    const name = `\`${key.replace(/\?$/, '')}\``;
    return typeof type === 'string' ? name : `${name}: ${type.map((value) => `\`${value}\``).join(', ')}`;
  });
  return keys.join(' with ');
}
