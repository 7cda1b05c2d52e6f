import { type GraphQLType, getNamedType, isSpecifiedScalarType } from 'graphql';

/** What has a name, a description and a type: a field, an argument or a field of an input. */
interface Typed {
  name: string;
  description?: string | null | undefined;
  type: GraphQLType;
  defaultValue?: unknown;
}

/** A type, which leads to what is said of it where it is one of the API's own. */
export function typeLink(type: GraphQLType): string {
  const named = getNamedType(type);
  return isSpecifiedScalarType(named) ? `\`${type}\`` : `[\`${type}\`](#${named.name.toLowerCase()})`;
}

/** A table; nothing where it has no rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.map(inCell).join(' | ')} |\n`;
  return `${line(head)}${line(head.map(() => '---'))}${rows.map(line).join('')}\n`;
}

/** Arguments, or fields, one a row. */
export function typedTable(title: string, parts: readonly Typed[]): string {
  return table([title, 'type', ''], parts.map(typedRow));
}

export function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\`\n\n`;
}

/** A paragraph; nothing where there is nothing to say. */
export const paragraph = (text: string | null | undefined): string => (text?.trim() ? `${text.trim()}\n\n` : '');

function typedRow({ name, type, description, defaultValue }: Typed): string[] {
  const otherwise = defaultValue === undefined ? '' : ` = \`${defaultValue}\``;
  return [`\`${name}\``, `${typeLink(type)}${otherwise}`, description ?? ''];
}

const inCell = (text: string) => text.trim().replaceAll('\n', ' ').replaceAll('|', '\\|');
