import { isObjectOfType } from '@apollo/gateway/dist/dataRewrites.js';
import { deepMerge } from '@apollo/gateway/dist/utilities/deepMerge.js';
import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { Data } from './run.ts';

/** The part of an object that a subgraph needs to know an entity by; null where the object has not all of it. */
export type Represent = (entity: Data) => Data | null;

/** Compiles the selections that a fetch requires. */
export function compileRepresent(requires: readonly QueryPlanSelectionNode[], schema: () => GraphQLSchema): Represent {
  const parts = requires.map((selection) => compilePart(selection, schema));
  return (entity) => {
    // Of a null there is nothing to take, nor is anything missing.
    if (entity === null) return null;
    const representation: Data = {};
    for (const addPart of parts) if (!addPart(entity, representation)) return null;
    return representation;
  };
}

/** Adds its part of the entity to the representation; false where the entity has it not. */
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
