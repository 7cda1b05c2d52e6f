import { type ExecutionResult, GraphQLError } from 'graphql';
import type { ApiError } from '../api-error.ts';
import { completeResult, type Path, type Place } from '../graphql/execution/result-completion.ts';
import type { Requirement } from './requirement.ts';

/** A field that is not executed: null, with an error. */
export interface DeniedField {
  /** Its response name. */
  key: string;
  /** Tells if the field is not nullable in objects of a type: an interface may allow null where its types do not. */
  isNonNull: (typeName: string) => boolean;
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
    const denied = new Map(names.flatMap((name) => denialOf(name, { object, denials })));
    // Without a prototype, `__proto__` is a key as any other.
    const completed = Object.create(null) as Data;
    for (const name of names) {
      const [[key] = [name]] = denialOf(name, { object, denials });
      // A field that several fragments select may be denied in one of them only: then it is not complete without it.
      const denial = denied.get(key);
      if (key in completed) continue;
      completed[key] = denial ? null : object[name];
      if (!denial) continue;
      const error = errorAt([...path, key], errorFor(denial.field.requirement));
      if (denial.field.isNonNull(denial.typeName)) throw error;
      report(error);
    }
    return completed;
  });
}

/** A denied field, and the type of the object that it is denied of: the value of the placeholder. */
interface Denial {
  field: DeniedField;
  typeName: string;
}

/** The response name and the field that a placeholder stands for; nothing for any other name. */
function denialOf(
  name: string,
  { object, denials: { prefix, fields } }: { object: Data; denials: Denials },
): [string, Denial][] {
  const field = name.startsWith(prefix) ? fields[Number(name.slice(prefix.length))] : undefined;
  return field ? [[field.key, { field, typeName: String(object[name]) }]] : [];
}

function errorAt(path: Path, originalError: ApiError): GraphQLError {
  const { message, extensions } = originalError;
  return new GraphQLError(message, { path, originalError, extensions });
}
