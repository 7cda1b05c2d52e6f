import type { ArgumentValue, Directive, FieldSelection, Selection } from './selections.ts';
import { literalOf } from './values.ts';

export interface PrintedOperation {
  query: string;
  variables: Record<string, unknown>;
}

/** Prints an operation, and names its variables, aliases and fragments. */
export function printOperation(kind: 'query' | 'mutation', selections: Selection[]): PrintedOperation {
  const variables: Record<string, unknown> = {};
  const definitions: string[] = [];
  const fragments: string[] = [];
  let aliases = 0;

  const variable = (type: string, value: unknown) => {
    const name = `v${definitions.length}`;
    definitions.push(`$${name}: ${type}`);
    variables[name] = value;
    return `$${name}`;
  };

  const argument = ({ argument: { name, type }, value, isVariable }: ArgumentValue) =>
    `${name}: ${isVariable ? variable(String(type), value) : literalOf(value, type)}`;

  const directive = ({ name, isTrue, isVariable }: Directive) =>
    ` @${name}(if: ${isVariable ? variable('Boolean!', isTrue) : isTrue})`;

  // Two fields of the same name and different arguments need different response names.
  const alias = ({ isAliased, arguments: given }: FieldSelection) => {
    if (!isAliased && given.length === 0) return '';
    aliases += 1;
    return `a${aliases}: `;
  };

  const print = (selection: Selection): string => {
    const conditions = selection.directives.map(directive).join('');
    if ('name' in selection) {
      const given = selection.arguments.map(argument).join(', ');
      const nested = selection.selections.length > 0 ? ` ${printAll(selection.selections)}` : '';
      return `${alias(selection)}${selection.name}${given && `(${given})`}${conditions}${nested}`;
    }
    const body = `on ${selection.on}`;
    if (!selection.isNamed) return `... ${body}${conditions} ${printAll(selection.selections)}`;
    const nested = printAll(selection.selections);
    const name = `F${fragments.length}`;
    fragments.push(`fragment ${name} ${body} ${nested}`);
    return `...${name}${conditions}`;
  };

  const printAll = (all: Selection[]): string => `{ ${all.map(print).join(' ')} }`;

  const body = printAll(selections);
  const defined = definitions.length > 0 ? ` Fuzz(${definitions.join(', ')})` : '';
  return { query: [`${kind}${defined} ${body}`, ...fragments].join('\n'), variables };
}
