import {
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import { paragraph, table, typedTable } from './markdown.ts';

/** Every type of the API's own, by kind, each in the order of the SDL. Fails at a kind that it does not know. */
export function typeSections(schema: GraphQLSchema): string {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  const own = Object.values(schema.getTypeMap()).filter(
    (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type) && !roots.some((root) => root === type),
  );
  const kinds = { Objects: isObjectType, Inputs: isInputObjectType, Enums: isEnumType, Scalars: isScalarType };
  const strange = own.filter((type) => !Object.values(kinds).some((isOfKind) => isOfKind(type)));
  if (strange.length > 0)
    throw new Error(`docs/api.md has no place for ${strange.join(', ')}: see schema/tools/api-docs/types.ts.`);
  return Object.entries(kinds)
    .map(([title, isOfKind]) => `## ${title}\n\n${own.filter(isOfKind).map(typeSection).join('')}`)
    .join('');
}

function typeSection(type: GraphQLNamedType): string {
  return `### ${type.name}\n\n${paragraph(type.description)}${partsOf(type)}`;
}

function partsOf(type: GraphQLNamedType): string {
  if (isEnumType(type))
    return table(
      ['value', ''],
      type.getValues().map(({ name, description }) => [`\`${name}\``, description ?? '']),
    );
  if (isInputObjectType(type)) return typedTable('field', Object.values(type.getFields()));
  if (!isObjectType(type)) return '';
  const fields = Object.values(type.getFields());
  const withArguments = fields.filter(({ args }) => args.length > 0);
  const argumentTables = withArguments.map(({ name, args }) => typedTable(`argument of \`${name}\``, args));
  return [typedTable('field', fields), ...argumentTables].join('');
}
