import { type GraphQLType, getNamedType, isSpecifiedScalarType } from 'graphql';

/** A field, an argument or an input field. */
interface Typed {
  name: string;
  description?: string | null | undefined;
  type: GraphQLType;
  defaultValue?: unknown;
}

/** A type, with a link to its section unless it is a built-in scalar. */
export function typeLink(type: GraphQLType): string {
  const named = getNamedType(type);
  return isSpecifiedScalarType(named) ? `\`${type}\`` : `[\`${type}\`](#${named.name.toLowerCase()})`;
}

/** A table; '' without rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.map(inCell).join(' | ')} |\n`;
  return `${line(head)}${line(head.map(() => '---'))}${rows.map(line).join('')}\n`;
}

/** A table of fields or arguments. */
export function typedTable(title: string, parts: readonly Typed[]): string {
  return table([title, 'type', ''], parts.map(typedRow));
}

export function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\`\n\n`;
}

/** A paragraph; '' without text. */
export const paragraph = (text: string | null | undefined): string => (text?.trim() ? `${text.trim()}\n\n` : '');

function typedRow({ name, type, description, defaultValue }: Typed): string[] {
  const defaultText = defaultValue === undefined ? '' : ` = \`${defaultValue}\``;
  return [`\`${name}\``, `${typeLink(type)}${defaultText}`, description ?? ''];
}

const inCell = (text: string) => text.trim().replaceAll('\n', ' ').replaceAll('|', '\\|');
