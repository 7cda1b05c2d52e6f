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

/** The sections of all types, by kind, in the order of the SDL. Throws for interfaces and unions. */
export function typeSections(schema: GraphQLSchema): string {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  const own = Object.values(schema.getTypeMap()).filter(
    (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type) && !roots.some((root) => root === type),
  );
  const kinds = { Objects: isObjectType, Inputs: isInputObjectType, Enums: isEnumType, Scalars: isScalarType };
  const unsupported = own.filter((type) => !Object.values(kinds).some((isOfKind) => isOfKind(type)));
  if (unsupported.length > 0)
    throw new Error(`No section of docs/api.md fits ${unsupported.join(', ')}: extend schema/tools/api-docs/types.ts.`);
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
