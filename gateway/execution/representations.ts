import { isObjectOfType } from '@apollo/gateway/dist/dataRewrites.js';
import { deepMerge } from '@apollo/gateway/dist/utilities/deepMerge.js';
import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { Data } from './run.ts';

/** Makes the representation of an entity: what a subgraph requires of it. Returns null for an object that lacks a part. */
export type Represent = (entity: Data) => Data | null;

/** Compiles the selections that a fetch requires. */
export function compileRepresent(requires: readonly QueryPlanSelectionNode[], schema: () => GraphQLSchema): Represent {
  const adders = requires.map((selection) => compilePart(selection, schema));
  return (entity) => {
    // An entity that is null has no representation, and is no error.
    if (entity === null) return null;
    const representation: Data = {};
    for (const addPart of adders) if (!addPart(entity, representation)) return null;
    return representation;
  };
}

/** Adds one part of the entity to the representation; returns false if the entity lacks it. */
type AddPart = (entity: Data, representation: Data) => boolean;

function compilePart(selection: QueryPlanSelectionNode, schema: () => GraphQLSchema): AddPart {
  return selection.kind === 'Field' ? compileField(selection, schema) : compileFragment(selection, schema);
}

function compileField(
  { alias, name, selections }: Extract<QueryPlanSelectionNode, { kind: 'Field' }>,
  schema: () => GraphQLSchema,
): AddPart {
  const key = alias || name;
  const represent = selections ? compileRepresent(selections, schema) : (value: Data) => value;
  return (entity, representation) => {
    const value = Object.hasOwn(entity, key) ? entity[key] : undefined;
    if (value === undefined) return false;
    representation[key] = Array.isArray(value) ? value.map(represent) : represent(value as Data);
    return true;
  };
}

function compileFragment(
  { typeCondition, selections }: Extract<QueryPlanSelectionNode, { kind: 'InlineFragment' }>,
  schema: () => GraphQLSchema,
): AddPart {
  if (!typeCondition) return () => true;
  const represent = compileRepresent(selections, schema);
  return (entity, representation) => {
    if (entity.__typename === typeCondition || isObjectOfType(schema(), entity, typeCondition))
      deepMerge(representation, represent(entity));
    return true;
  };
}
