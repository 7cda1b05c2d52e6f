import { type GraphQLSchema, getNamedType, isCompositeType, Kind, type SelectionSetNode } from 'graphql';
import { type Exchange, isRecord } from '../requests/exchange.ts';

/** An image of an answer. */
export interface Picture {
  url: string;
  /** What it shows, as far as the answer tells. */
  title: string;
}

/**
 * The images of an answer, in its order, each URL once. They are told by the schema and not by their looks: what was
 * asked for as the field `url` of the type Image, under whatever name.
 */
export function picturesOf({ document, operation, answer }: Exchange, schema: GraphQLSchema): Picture[] {
  const fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  const found = new Map<string, Picture>();

  const visit = (value: unknown, { selections }: SelectionSetNode, { type, title }: Surroundings): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item, { kind: Kind.SELECTION_SET, selections }, { type, title });
      return;
    }
    if (!isRecord(value)) return;
    const named = schema.getType(type);
    const fields = named && 'getFields' in named ? named.getFields() : {};
    const own = typeof value[titleKey(selections)] === 'string' ? String(value[titleKey(selections)]) : title;
    for (const selection of selections) {
      if (selection.kind !== Kind.FIELD) {
        const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
        if (fragment)
          visit(value, fragment.selectionSet, { type: fragment.typeCondition?.name.value ?? type, title: own });
        continue;
      }
      const child = value[(selection.alias ?? selection.name).value];
      if (type === 'Image' && selection.name.value === 'url' && isWebUrl(child) && !found.has(child))
        found.set(child, { url: child, title: own || 'Image' });
      const field = fields[selection.name.value];
      const childType = field && getNamedType(field.type);
      if (selection.selectionSet && childType && isCompositeType(childType))
        visit(child, selection.selectionSet, { type: childType.name, title: own });
    }
  };
  const root = schema.getRootType(operation.operation);
  if (root) visit(answer.data, operation.selectionSet, { type: root.name, title: '' });
  return [...found.values()];
}

interface Surroundings {
  type: string;
  /** That of the resource which the image belongs to. */
  title: string;
}

/** Where the answer has the title. */
function titleKey(selections: SelectionSetNode['selections']): string {
  const field = selections.find((each) => each.kind === Kind.FIELD && each.name.value === 'title');
  return field?.kind === Kind.FIELD ? (field.alias ?? field.name).value : 'title';
}

const isWebUrl = (value: unknown): value is string => typeof value === 'string' && /^https?:\/\//i.test(value);
