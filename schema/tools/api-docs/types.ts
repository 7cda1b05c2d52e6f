import {
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import { paragraph, table, typedTable, typeLink } from './markdown.ts';

/** The sections of all types, by kind, in the order of the SDL. Throws for unions. */
export function typeSections(schema: GraphQLSchema): string {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  const own = Object.values(schema.getTypeMap()).filter(
    (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type) && !roots.some((root) => root === type),
  );
  const kinds = {
    Interfaces: isInterfaceType,
    Objects: isObjectType,
    Inputs: isInputObjectType,
    Enums: isEnumType,
    Scalars: isScalarType,
  };
  const unsupported = own.filter((type) => !Object.values(kinds).some((isOfKind) => isOfKind(type)));
  if (unsupported.length > 0)
    throw new Error(`No section of docs/api.md fits ${unsupported.join(', ')}: extend schema/tools/api-docs/types.ts.`);
  return Object.entries(kinds)
    .map(([title, isOfKind]) => {
      const sections = own.filter(isOfKind).map((type) => typeSection(type, schema));
      return `## ${title}\n\n${sections.join('')}`;
    })
    .join('');
}

function typeSection(type: GraphQLNamedType, schema: GraphQLSchema): string {
  return `### ${type.name}\n\n${paragraph(type.description)}${paragraph(relationsOf(type, schema))}${partsOf(type)}`;
}

/** Names the types that implement an interface, the interfaces of an object, or the specification of a scalar. */
function relationsOf(type: GraphQLNamedType, schema: GraphQLSchema): string | undefined {
  const links = (types: readonly GraphQLNamedType[]) => types.map((each) => typeLink(each)).join(', ');
  if (isInterfaceType(type)) return `Implemented by ${links(schema.getPossibleTypes(type))}.`;
  if (isScalarType(type) && type.specifiedByURL) return `Specified by ${type.specifiedByURL}.`;
  if (!isObjectType(type) || type.getInterfaces().length === 0) return undefined;
  return `Implements ${links(type.getInterfaces())}.`;
}

function partsOf(type: GraphQLNamedType): string {
  if (isEnumType(type))
    return table(
      ['value', ''],
      type.getValues().map(({ name, description }) => [`\`${name}\``, description ?? '']),
    );
  if (isInputObjectType(type)) return typedTable('field', Object.values(type.getFields()));
  if (!isObjectType(type) && !isInterfaceType(type)) return '';
  const fields = Object.values(type.getFields());
  const withArguments = fields.filter(({ args }) => args.length > 0);
  const argumentTables = withArguments.map(({ name, args }) => typedTable(`argument of \`${name}\``, args));
  return [typedTable('field', fields), ...argumentTables].join('');
}
