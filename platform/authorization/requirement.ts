/** Names in disjunctive normal form: one of the lists has to be fulfilled, and of it every name. */
export type Alternatives = readonly (readonly string[])[];

/** Conditions on whoever uses a field. Every requirement needs a viewer, also one with empty lists. */
export interface Requirement {
  /** For each element, the viewer's scopes have to include one alternative. */
  scopes: readonly Alternatives[];
  /** The same for policies, by their names. */
  policies: readonly Alternatives[];
}

/** Combines requirements that all have to be met. Those of the same conditions are the same object. */
export type CombineRequirements = (requirements: readonly (Requirement | undefined)[]) => Requirement | undefined;

/** Creates the function that combines the requirements of one schema. */
export function createCombineRequirements(): CombineRequirements {
  const combined = new Map<string, Requirement>();
  return (requirements) => {
    const present = requirements.filter((requirement) => requirement !== undefined);
    if (present.length === 0) return undefined;
    const requirement = {
      scopes: distinct(present.flatMap(({ scopes }) => scopes)),
      policies: distinct(present.flatMap(({ policies }) => policies)),
    };
    const key = JSON.stringify(requirement);
    const known = combined.get(key) ?? requirement;
    combined.set(key, known);
    return known;
  };
}

/** Sorts and removes duplicates, so that equal conditions are equal as JSON. */
function distinct(conditions: readonly Alternatives[]): Alternatives[] {
  const sorted = conditions.map((alternatives) => {
    const lists = alternatives.map((names) => JSON.stringify([...new Set(names)].sort()));
    return JSON.stringify([...new Set(lists)].sort().map((list) => JSON.parse(list) as unknown));
  });
  return [...new Set(sorted)].sort().map((condition) => JSON.parse(condition) as Alternatives);
}

/** Finds the first condition of which no alternative is fulfilled. An empty condition is fulfilled, as in composition. */
export function unmetCondition(
  conditions: readonly Alternatives[],
  isFulfilled: (name: string) => boolean,
): Alternatives | undefined {
  return conditions.find(
    (alternatives) => alternatives.length > 0 && !alternatives.some((names) => names.every(isFulfilled)),
  );
}

/** Removes from a requirement what others together imply. Returns undefined if nothing is left. */
export function withoutImplied(
  requirement: Requirement | undefined,
  others: readonly Requirement[],
): Requirement | undefined {
  if (!requirement || others.length === 0) return requirement;
  const remaining = (kind: keyof Requirement) => {
    const conditions = others.flatMap((other) => other[kind]);
    return requirement[kind].filter((condition) => !isImplied(condition, conditions));
  };
  const [scopes, policies] = [remaining('scopes'), remaining('policies')];
  return scopes.length + policies.length > 0 ? { scopes, policies } : undefined;
}

/** Composition writes several conditions as one: each alternative of it is a union of alternatives of theirs. */
function isImplied(condition: Alternatives, conditions: readonly Alternatives[]): boolean {
  const unions = conditions.reduce<string[][]>(
    (combined, alternatives) => combined.flatMap((names) => alternatives.map((more) => [...names, ...more])),
    [[]],
  );
  return unions.every((names) => condition.some((alternative) => alternative.every((name) => names.includes(name))));
}
