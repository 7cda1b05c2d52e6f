import { type GraphQLLeafType, isEnumType } from 'graphql';

/** Tells values that surely are of a leaf type; Apollo's rules accept a few more. */
export type IsLeaf = (value: unknown) => boolean;

/** Returns the check for a scalar or an enum. Custom scalars may have any value. */
export function leafValidator(type: GraphQLLeafType): IsLeaf {
  if (isEnumType(type)) {
    const names = new Set<unknown>(type.getValues().map(({ name }) => name));
    return (value) => names.has(value);
  }
  return scalarChecks[type.name] ?? isAnything;
}

const isAnything: IsLeaf = () => true;

const scalarChecks: Record<string, IsLeaf> = {
  Int: Number.isSafeInteger,
  Float: Number.isFinite,
  String: (value) => typeof value === 'string',
  ID: (value) => typeof value === 'string' || Number.isSafeInteger(value),
  Boolean: (value) => typeof value === 'boolean',
};
