import { type ExecutionResult, GraphQLError, type GraphQLOutputType, isListType, isNonNullType } from 'graphql';
import type { ApiError } from '../api-error.ts';
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

/** A field of the response with denied fields in its objects, or below them. */
export interface Place {
  type: GraphQLOutputType;
  isDenying: boolean;
  below: Map<string, Place>;
}

export const createPlace = (type: GraphQLOutputType): Place => ({ type, isDenying: false, below: new Map() });

/** The error for a requirement that the viewer does not meet. */
export type ErrorFor = (requirement: Requirement) => ApiError;

type Path = readonly (string | number)[];
type Data = Record<string, unknown>;

interface Completion extends Denials {
  errorFor: ErrorFor;
  errors: GraphQLError[];
}

/**
 * Puts null and an error in place of each placeholder of a result. An error at a non-null field nulls the next nullable
 * value above it (GraphQL specification, section 6.4.4).
 */
export function completeDenied(result: ExecutionResult, denials: Denials, errorFor: ErrorFor): ExecutionResult {
  const completion: Completion = { ...denials, errorFor, errors: [] };
  const data = complete(result.data, { ...denials.root, path: [] }, completion) as typeof result.data;
  const errors = [...(result.errors ?? []), ...completion.errors];
  return { ...result, ...(errors.length > 0 && { errors }), ...(data !== undefined && { data }) };
}

interface Position extends Place {
  path: Path;
}

function complete(value: unknown, position: Position, completion: Completion): unknown {
  if (value === null || value === undefined) return value;
  const { type } = position;
  if (isNonNullType(type)) return completePresent(value, { ...position, type: type.ofType }, completion);
  try {
    return completePresent(value, position, completion);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    completion.errors.push(error);
    return null;
  }
}

function completePresent(value: unknown, { type, path, ...place }: Position, completion: Completion): unknown {
  if (!isListType(type)) return completeObject(value as Data, { ...place, type, path }, completion);
  return (value as unknown[]).map((element, index) =>
    complete(element, { ...place, type: type.ofType, path: [...path, index] }, completion),
  );
}

function completeObject(object: Data, { isDenying, below, path }: Position, completion: Completion): Data {
  const names = Object.keys(object);
  const denied = new Map(isDenying ? names.flatMap((name) => denialOf(name, completion)) : []);
  // Without a prototype, `__proto__` is a key as any other.
  const completed = Object.create(null) as Data;
  for (const name of names) {
    const [[key] = [name]] = denied.size > 0 ? denialOf(name, completion) : [];
    // A field that several fragments select may be denied in one of them only: then it is not complete without it.
    const field = denied.get(key);
    const place = below.get(name);
    if (key in completed) continue;
    if (field) completed[key] = deny(field, [...path, key], completion);
    else completed[key] = place ? complete(object[name], { ...place, path: [...path, key] }, completion) : object[name];
  }
  return completed;
}

/** The response name and the field that a placeholder stands for; nothing for any other name. */
function denialOf(name: string, { prefix, fields }: Completion): [string, DeniedField][] {
  const field = name.startsWith(prefix) ? fields[Number(name.slice(prefix.length))] : undefined;
  return field ? [[field.key, field]] : [];
}

function deny({ isNonNull, requirement }: DeniedField, path: Path, { errorFor, errors }: Completion): null {
  const originalError = errorFor(requirement);
  const { message, extensions } = originalError;
  const error = new GraphQLError(message, { path, originalError, extensions });
  if (isNonNull) throw error;
  errors.push(error);
  return null;
}
