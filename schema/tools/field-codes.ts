import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';

type Field = GraphQLField<unknown, unknown>;

/** What a field's description lists after `Codes:`, as written; undefined where it lists nothing. */
function listedCodes({ description }: Pick<Field, 'description'>): string | undefined {
  return /\bCodes: (.+)$/s.exec(description ?? '')?.[1];
}

/** The codes that a field refuses with: those listed, and those of another field of its type where it says `as <field>`. */
function codesOf(field: Field, siblings: Readonly<Record<string, Field>>): string[] {
  const listed = listedCodes(field) ?? '';
  const other = siblings[/\bas (\w+)/.exec(listed)?.[1] ?? ''];
  const own: readonly string[] = listed.match(/\b[A-Z]{2,}(_[A-Z]+)*\b/g) ?? [];
  return [...new Set([...(other && other !== field ? codesOf(other, siblings) : []), ...own])];
}

/** The codes of every field that lists some, by its coordinate. */
export function codesByField(schema: GraphQLSchema): Map<string, string[]> {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  const all = types.flatMap((type) => {
    const fields = type.getFields();
    return Object.values(fields).map((field) => [`${type.name}.${field.name}`, codesOf(field, fields)] as const);
  });
  return new Map(all.filter(([, codes]) => codes.length > 0));
}
