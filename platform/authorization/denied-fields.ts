import { type ExecutionResult, GraphQLError } from 'graphql';
import type { ApiError } from '../api-error.ts';
import { completeResult, type Path, type Place } from '../graphql/execution/result-completion.ts';
import type { Requirement } from './requirement.ts';

/** A field that is not executed: null, with an error. */
export interface DeniedField {
  /** Its response name. */
  key: string;
  isNonNull: boolean;
  requirement: Requirement;
}

/** The denied fields of an operation, whose placeholders are response names: `prefix` and an index of `fields`. */
export interface Denials {
  prefix: string;
  fields: DeniedField[];
  root: Place;
}

/** The error for a requirement that the viewer does not meet. */
export type ErrorFor = (requirement: Requirement) => ApiError;

type Data = Record<string, unknown>;

/** Puts null and an error in place of each denied field of a result. */
export function completeDenied(result: ExecutionResult, denials: Denials, errorFor: ErrorFor): ExecutionResult {
  return completeResult(result, denials.root, (object, { path, report }) => {
    const names = Object.keys(object);
    const denied = new Map(names.flatMap((name) => denialOf(name, denials)));
    // Without a prototype, `__proto__` is a key as any other.
    const completed = Object.create(null) as Data;
    for (const name of names) {
      const [[key] = [name]] = denialOf(name, denials);
      // A field that several fragments select may be denied in one of them only: then it is not complete without it.
      const field = denied.get(key);
      if (key in completed) continue;
      completed[key] = field ? null : object[name];
      if (field) deny(field, { path: [...path, key], errorFor, report });
    }
    return completed;
  });
}

/** The response name and the field that a placeholder stands for; nothing for any other name. */
function denialOf(name: string, { prefix, fields }: Denials): [string, DeniedField][] {
  const field = name.startsWith(prefix) ? fields[Number(name.slice(prefix.length))] : undefined;
  return field ? [[field.key, field]] : [];
}

function deny(
  { isNonNull, requirement }: DeniedField,
  { path, errorFor, report }: { path: Path; errorFor: ErrorFor; report: (error: GraphQLError) => void },
): void {
  const originalError = errorFor(requirement);
  const { message, extensions } = originalError;
  const error = new GraphQLError(message, { path, originalError, extensions });
  if (isNonNull) throw error;
  report(error);
}
