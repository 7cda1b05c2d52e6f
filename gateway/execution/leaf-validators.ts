import { type GraphQLLeafType, isEnumType } from 'graphql';

/** Whether a value is surely one of its type's; Apollo's rules let a few more pass. */
export type IsLeaf = (value: unknown) => boolean;

/** What values a scalar or an enum may have. Of a custom scalar nothing is known. */
export function leafValidator(type: GraphQLLeafType): IsLeaf {
  if (isEnumType(type)) {
    const names = new Set<unknown>(type.getValues().map(({ name }) => name));
    return (value) => names.has(value);
  }
  return scalarChecks[type.name] ?? (() => true);
}

const scalarChecks: Record<string, IsLeaf> = {
  Int: Number.isSafeInteger,
  Float: Number.isFinite,
  String: (value) => typeof value === 'string',
  ID: (value) => typeof value === 'string' || Number.isSafeInteger(value),
  Boolean: (value) => typeof value === 'boolean',
};
