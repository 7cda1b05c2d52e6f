import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';

type Field = GraphQLField<unknown, unknown>;

/** The text after `Codes:` in a field's description. */
function listedCodes({ description }: Pick<Field, 'description'>): string | undefined {
  return /\bCodes: (.+)$/s.exec(description ?? '')?.[1];
}

/** The codes listed for a field. `as <field>` includes the codes of another field of the same type. */
function codesOf(field: Field, siblings: Readonly<Record<string, Field>>): string[] {
  const listed = listedCodes(field) ?? '';
  const other = siblings[/\bas (\w+)/.exec(listed)?.[1] ?? ''];
  const own: readonly string[] = listed.match(/\b[A-Z]{2,}(_[A-Z]+)*\b/g) ?? [];
  return [...new Set([...(other && other !== field ? codesOf(other, siblings) : []), ...own])];
}

/** Returns the codes of each field that lists any, by schema coordinate. */
export function codesByField(schema: GraphQLSchema): Map<string, string[]> {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  const all = types.flatMap((type) => {
    const fields = type.getFields();
    return Object.values(fields).map((field) => [`${type.name}.${field.name}`, codesOf(field, fields)] as const);
  });
  return new Map(all.filter(([, codes]) => codes.length > 0));
}
