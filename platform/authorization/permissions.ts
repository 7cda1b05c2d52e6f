import { ApiError } from '../api-error.ts';
import type { Viewer } from '../tokens/access-token.ts';
import { type Alternatives, type Requirement, unmetCondition } from './requirement.ts';

/** A policy of `@policy`, registered under its name. */
export interface Policy {
  isMetBy(viewer: Viewer): boolean;
  /** Says in an error what a viewer needs, such as `an access token from a log-in`. */
  description: string;
}

export type Policies = Readonly<Record<string, Policy>>;

/** Returns the error for a viewer who does not meet a requirement, and undefined for one who does. */
export type Forbid = (viewer: Viewer, requirement: Requirement) => ApiError | undefined;

/** Creates the check of requirements, whose result is remembered for each viewer. */
export function createForbid(policies: Policies): Forbid {
  const remembered = new WeakMap<Viewer, Map<Requirement, string | undefined>>();
  return (viewer, requirement) => {
    let results = remembered.get(viewer);
    if (!results) {
      results = new Map();
      remembered.set(viewer, results);
    }
    if (!results.has(requirement)) results.set(requirement, findMissing(requirement, { viewer, policies }));
    const missing = results.get(requirement);
    return missing === undefined ? undefined : forbidden(missing);
  };
}

/** Describes what the viewer lacks. A token without scopes is a person's, and holds all of them. */
function findMissing(
  { scopes, policies: required }: Requirement,
  { viewer, policies }: { viewer: Viewer; policies: Policies },
): string | undefined {
  const held = viewer.scopes;
  const scope = held && unmetCondition(scopes, (name) => held.includes(name));
  if (scope) return describe(scope, (name) => `the scope ${name}`);
  const policy = unmetCondition(required, (name) => requirePolicy(policies, name).isMetBy(viewer));
  return policy && describe(policy, (name) => requirePolicy(policies, name).description);
}

function describe(alternatives: Alternatives, describeName: (name: string) => string): string {
  return alternatives.map((names) => names.map(describeName).join(' and ')).join(', or ');
}

function forbidden(missing: string): ApiError {
  return new ApiError({ code: 'FORBIDDEN' }, `The access token does not permit this: it needs ${missing}.`);
}

/** Throws for a policy that the schema names and nobody registered. */
export function requirePolicy(policies: Policies, name: string): Policy {
  const policy = Object.hasOwn(policies, name) ? policies[name] : undefined;
  if (!policy) throw new Error(`The schema requires the policy ${name}, which is not registered.`);
  return policy;
}
