import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import type { Viewer } from '../tokens/access-token.ts';
import type { Authorization } from './authorization.ts';
import type { Requirement } from './requirement.ts';

/** The part of a resolver's context that authorization needs. */
export interface AuthorizationContext {
  /** Throws UNAUTHENTICATED without a valid access token. A promise only if the token's key must be fetched first. */
  authenticate: () => Viewer | Promise<Viewer>;
}

/** Resolves, or returns, if a requirement is met; throws UNAUTHENTICATED or FORBIDDEN if it is not. */
type Check = (context: AuthorizationContext) => void | Promise<void>;

/**
 * Makes the fields of a subgraph's schema check what its SDL requires, before their resolvers are called. A query checks
 * each requirement once, however many objects have the field; a mutation checks at each of its fields, because a token
 * may expire meanwhile.
 */
export function protectSchema(schema: GraphQLSchema, { requirements, forbid }: Authorization): GraphQLSchema {
  const checks = new Map<Requirement, Check>();
  const checkOf = (requirement: Requirement): Check => {
    const throwUnlessMet = (viewer: Viewer) => {
      const error = forbid(viewer, requirement);
      if (error) throw error;
    };
    const created: Check = (context) => {
      const viewer = context.authenticate();
      return viewer instanceof Promise ? viewer.then(throwUnlessMet) : throwUnlessMet(viewer);
    };
    const check = checks.get(requirement) ?? created;
    checks.set(requirement, check);
    return check;
  };
  const mutation = schema.getMutationType();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const requirement = requirements.ofField(type.name, field.name);
      if (!requirement) continue;
      const check = type === mutation ? checkOf(requirement) : oncePerRequest(checkOf(requirement));
      protectField(field, check);
      checksOfFields.set(field, check);
    }
  }
  return schema;
}

type Field = GraphQLField<unknown, AuthorizationContext>;

const checksOfFields = new WeakMap<object, Check>();

/**
 * Checks what a field of Query requires, for a resolver that shows the same in another way: an entity's reference has no
 * field of its own, and a mutation may only read. Throws UNAUTHENTICATED or FORBIDDEN.
 */
export async function requireAccessTo(
  queryField: string,
  context: AuthorizationContext,
  { schema }: Pick<GraphQLResolveInfo, 'schema'>,
): Promise<void> {
  const field = schema.getQueryType()?.getFields()[queryField];
  if (!field) throw new Error(`Query has no field ${queryField}.`);
  await checksOfFields.get(field)?.(context);
}

/** Synchronous resolvers stay synchronous if the check is. */
function protectField(field: Field, check: Check): void {
  const resolve: GraphQLFieldResolver<unknown, AuthorizationContext> = field.resolve ?? defaultFieldResolver;
  field.resolve = (source, args, context, info) => {
    const checked = check(context);
    if (checked instanceof Promise) return checked.then(() => resolve(source, args, context, info));
    return resolve(source, args, context, info);
  };
}

/** Remembers the outcome of a check for each context, which belongs to one request. */
function oncePerRequest(check: Check): Check {
  const outcomes = new WeakMap<object, () => void | Promise<void>>();
  return (context) => {
    const known = outcomes.get(context) ?? outcomeOf(check, context);
    outcomes.set(context, known);
    return known();
  };
}

function outcomeOf(check: Check, context: AuthorizationContext): () => void | Promise<void> {
  try {
    const result = check(context);
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
