import { type GraphQLSchema, getNamedType, isCompositeType, Kind, type SelectionSetNode } from 'graphql';
import { type Exchange, isRecord } from '../requests/exchange.ts';

/** An image in a response. */
export interface ResponseImage {
  url: string;
  /** Its resource's title if the response has it, for the alternative text. */
  title: string;
}

/**
 * Lists the images of a response in its order, each URL once. An image is recognised by the schema, as the field `url`
 * of the type Image under any alias, and not by the form of a URL.
 */
export function imagesIn({ document, operation, response }: Exchange, schema: GraphQLSchema): ResponseImage[] {
  const fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  const found = new Map<string, ResponseImage>();

  const visit = (value: unknown, { selections }: SelectionSetNode, { type, title }: Parent): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item, { kind: Kind.SELECTION_SET, selections }, { type, title });
      return;
    }
    if (!isRecord(value)) return;
    const named = schema.getType(type);
    const fields = named && 'getFields' in named ? named.getFields() : {};
    const ownTitle = value[titleKey(selections)];
    const nearestTitle = typeof ownTitle === 'string' ? ownTitle : title;
    for (const selection of selections) {
      if (selection.kind !== Kind.FIELD) {
        const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
        if (fragment)
          visit(value, fragment.selectionSet, {
            type: fragment.typeCondition?.name.value ?? type,
            title: nearestTitle,
          });
        continue;
      }
      const child = value[(selection.alias ?? selection.name).value];
      if (type === 'Image' && selection.name.value === 'url' && isHttpUrl(child) && !found.has(child))
        found.set(child, { url: child, title: nearestTitle || 'Image' });
      const field = fields[selection.name.value];
      const childType = field && getNamedType(field.type);
      if (selection.selectionSet && childType && isCompositeType(childType))
        visit(child, selection.selectionSet, { type: childType.name, title: nearestTitle });
    }
  };
  const root = schema.getRootType(operation.operation);
  if (root) visit(response.data, operation.selectionSet, { type: root.name, title: '' });
  return [...found.values()];
}

interface Parent {
  type: string;
  /** The title of the nearest enclosing object that has one. */
  title: string;
}

/** Returns the response key of the field `title`. */
function titleKey(selections: SelectionSetNode['selections']): string {
  const field = selections.find((each) => each.kind === Kind.FIELD && each.name.value === 'title');
  return field?.kind === Kind.FIELD ? (field.alias ?? field.name).value : 'title';
}

const isHttpUrl = (value: unknown): value is string => typeof value === 'string' && /^https?:\/\//i.test(value);
