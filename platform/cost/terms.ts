/** The values that the cost of an operation depends on. */
export interface Scope {
  /** With the defaults of the operation. */
  variables: Readonly<Record<string, unknown>>;
  /** Costs of shared selections, each computed once. */
  results: number[];
}

/** A part of an operation's cost: a number, or a function of the variables. */
export type Term = number | ((scope: Scope) => number);

/** Limit of every cost: larger ones could not be told apart, and infinity is no JSON. */
const maxTerm = Number.MAX_SAFE_INTEGER;

const clamp = (value: number): number => Math.min(value, maxTerm);

export const evaluate = (term: Term, scope: Scope): number => (typeof term === 'number' ? term : term(scope));

/** Adds terms; what is constant is added at once. */
export function sum(terms: readonly Term[]): Term {
  let constant = 0;
  const dynamic: ((scope: Scope) => number)[] = [];
  for (const term of terms) {
    if (typeof term === 'number') constant = clamp(constant + term);
    else dynamic.push(term);
  }
  const [only] = dynamic;
  if (!only) return constant;
  if (dynamic.length === 1 && constant === 0) return only;
  return (scope) => dynamic.reduce((total, term) => clamp(total + term(scope)), constant);
}

/** Multiplies two terms. */
export function product(left: Term, right: Term): Term {
  if (left === 0 || right === 0) return 0;
  if (typeof left === 'number' && typeof right === 'number') return clamp(left * right);
  if (left === 1) return right;
  if (right === 1) return left;
  return (scope) => clamp(evaluate(left, scope) * evaluate(right, scope));
}

/** The largest of several terms; 0 if there are none. */
export function maximum(terms: readonly Term[]): Term {
  const [only = 0, ...others] = terms;
  if (others.length === 0) return only;
  if (terms.every((term) => typeof term === 'number')) return Math.max(...(terms as number[]));
  return (scope) => Math.max(...terms.map((term) => evaluate(term, scope)));
}
