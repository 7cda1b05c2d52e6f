import type { DefinitionNode } from 'graphql';
import { createForbid, type Forbid, type Policies, requirePolicy } from './permissions.ts';
import { readRequirements, type SchemaRequirements } from './schema-requirements.ts';

/** Decides who may use which field of a schema. */
export interface Authorization {
  requirements: SchemaRequirements;
  forbid: Forbid;
}

/**
 * Reads `@authenticated`, `@requiresScopes` and `@policy` in the SDL of a subgraph or a supergraph. Throws if it names a
 * policy that is not registered.
 */
export function readAuthorization(definitions: readonly DefinitionNode[], policies: Policies): Authorization {
  const requirements = readRequirements(definitions);
  const names = requirements.all().flatMap((requirement) => requirement.policies.flat(2));
  for (const name of names) requirePolicy(policies, name);
  return { requirements, forbid: createForbid(policies) };
}
