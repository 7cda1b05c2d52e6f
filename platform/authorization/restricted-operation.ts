import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  type InlineFragmentNode,
  isCompositeType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { type Fragments, fieldDefinitionOf, fragmentsOf } from '../graphql/documents/operation-document.ts';
import { createPlace, type Place, unusedPrefix } from '../graphql/execution/result-completion.ts';
import type { Denials } from './denied-fields.ts';
import type { Requirement } from './requirement.ts';
import type { SchemaRequirements } from './schema-requirements.ts';

/** The schema that clients see, and what its fields require. */
export interface ProtectedSchema {
  schema: GraphQLSchema;
  requirements: Pick<SchemaRequirements, 'ofField'>;
}

/** An operation without the fields that a viewer may not use. */
export interface RestrictedOperation {
  /** In it, a placeholder stands for each denied field: `__typename` under a response name that is its own. */
  document: DocumentNode;
  denials: Denials;
  /** The result of an operation of which nothing has to be executed: all of its root fields are denied. */
  result: Record<string, unknown> | undefined;
}

/** Lists what the fields of a document's one operation require, each requirement once. */
export function requirementsOf(document: DocumentNode, { schema, requirements }: ProtectedSchema): Requirement[] {
  const found = new Set<Requirement>();
  const fragments = fragmentsOf(document);
  const add = (parent: GraphQLCompositeType, { selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind !== Kind.FIELD) {
        const { typeCondition, selectionSet } = fragmentOf(selection, fragments);
        add(conditionOf(typeCondition, { parent, schema }), selectionSet);
        continue;
      }
      const requirement = requirements.ofField(parent.name, selection.name.value);
      if (requirement) found.add(requirement);
      const type = getNamedType(fieldTypeOf(parent, selection));
      if (selection.selectionSet && isCompositeType(type)) add(type, selection.selectionSet);
    }
  };
  const { type, operation } = rootOf(document, schema);
  add(type, operation.selectionSet);
  return [...found];
}

/** Replaces the fields of an operation whose requirements are not met. Fragments are written out where they are spread. */
export function restrictOperation(
  document: DocumentNode,
  { schema, requirements, isMet }: ProtectedSchema & { isMet: (requirement: Requirement) => boolean },
): RestrictedOperation {
  const fragments = fragmentsOf(document);
  const { type: rootType, operation } = rootOf(document, schema);
  const denials: Denials = { prefix: unusedPrefix(document, 'denied_'), fields: [], root: createPlace(rootType) };

  const restrict = (
    parent: GraphQLCompositeType,
    { selections }: SelectionSetNode,
    place: Place,
  ): SelectionSetNode => ({
    kind: Kind.SELECTION_SET,
    selections: selections.map((selection): SelectionNode => {
      if (selection.kind !== Kind.FIELD) {
        const { typeCondition, selectionSet } = fragmentOf(selection, fragments);
        const inner = restrict(conditionOf(typeCondition, { parent, schema }), selectionSet, place);
        const { directives = [] } = selection;
        return { kind: Kind.INLINE_FRAGMENT, ...(typeCondition && { typeCondition }), directives, selectionSet: inner };
      }
      return restrictField(parent, selection, place);
    }),
  });

  const restrictField = (parent: GraphQLCompositeType, field: FieldNode, place: Place): FieldNode => {
    const requirement = requirements.ofField(parent.name, field.name.value);
    const type = fieldTypeOf(parent, field);
    const key = (field.alias ?? field.name).value;
    if (requirement && !isMet(requirement)) {
      place.hasPlaceholder = true;
      const isNonNull = (typeName: string) => {
        const object = schema.getType(typeName);
        return isNonNullType(isObjectType(object) ? fieldTypeOf(object, field) : type);
      };
      return typenameAs(`${denials.prefix}${denials.fields.push({ key, isNonNull, requirement }) - 1}`);
    }
    const valueType = getNamedType(type);
    if (!field.selectionSet || !isCompositeType(valueType)) return field;
    const below = place.below.get(key) ?? createPlace(type);
    const before = denials.fields.length;
    const selectionSet = restrict(valueType, field.selectionSet, below);
    if (denials.fields.length > before) place.below.set(key, below);
    return { ...field, selectionSet };
  };

  const selectionSet = restrict(rootType, operation.selectionSet, denials.root);
  const definitions = [{ ...operation, selectionSet }];
  return {
    document: { kind: Kind.DOCUMENT, definitions },
    denials,
    result: resultOfPlaceholders(selectionSet, { rootType, denials }),
  };
}

function rootOf(document: DocumentNode, schema: GraphQLSchema) {
  const operation = getOperationAST(document);
  const type = operation && schema.getRootType(operation.operation);
  if (!type) throw new Error('The document holds no operation, or several.');
  return { operation, type };
}

function fragmentOf(selection: Exclude<SelectionNode, FieldNode>, fragments: Fragments) {
  const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
  if (!fragment) throw new Error('The document spreads a fragment that it does not hold.');
  return fragment;
}

function conditionOf(
  condition: InlineFragmentNode['typeCondition'],
  { parent, schema }: { parent: GraphQLCompositeType; schema: GraphQLSchema },
): GraphQLCompositeType {
  const type = condition && schema.getType(condition.name.value);
  return isCompositeType(type) ? type : parent;
}

function fieldTypeOf(parent: GraphQLCompositeType, { name: { value: name } }: FieldNode): GraphQLOutputType {
  const field = fieldDefinitionOf(parent, name);
  if (!field) throw new Error(`${parent.name} has no field ${name}.`);
  return field.type;
}

function typenameAs(alias: string): FieldNode {
  return { kind: Kind.FIELD, alias: { kind: Kind.NAME, value: alias }, name: { kind: Kind.NAME, value: '__typename' } };
}

/** Answers an operation of nothing but placeholders. */
function resultOfPlaceholders(
  { selections }: SelectionSetNode,
  { rootType, denials }: { rootType: GraphQLCompositeType; denials: Denials },
): Record<string, unknown> | undefined {
  const keys: string[] = [];
  const add = (selection: SelectionNode): boolean => {
    if (selection.kind !== Kind.FIELD)
      return selection.kind === Kind.INLINE_FRAGMENT && selection.selectionSet.selections.every(add);
    keys.push((selection.alias ?? selection.name).value);
    return keys.at(-1)?.startsWith(denials.prefix) ?? false;
  };
  return selections.every(add) ? Object.fromEntries(keys.map((key) => [key, rootType.name])) : undefined;
}
