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
  /** Outcomes of the checks of a query, by the number of their requirement. Each request has a context of its own. */
  checked?: Outcome[];
}

/** Does again what a check did: returns, resolves, or throws its error. */
type Outcome = () => void | Promise<void>;

/** Resolves, or returns, if a requirement is met; throws UNAUTHENTICATED or FORBIDDEN if it is not. */
type Check = (context: AuthorizationContext) => void | Promise<void>;

/**
 * Makes the fields of a subgraph's schema check what its SDL requires, before their resolvers are called. A query checks
 * each requirement once, however many objects have the field; a mutation checks at each of its fields, because a token
 * may expire meanwhile.
 */
export function protectSchema(schema: GraphQLSchema, { requirements, forbid }: Authorization): GraphQLSchema {
  const checks = new Map<Requirement, { always: Check; once: Check }>();
  const checksOf = (requirement: Requirement) => {
    const known = checks.get(requirement);
    if (known) return known;
    const throwUnlessMet = (viewer: Viewer) => {
      const error = forbid(viewer, requirement);
      if (error) throw error;
    };
    const always: Check = (context) => {
      const viewer = context.authenticate();
      return viewer instanceof Promise ? viewer.then(throwUnlessMet) : throwUnlessMet(viewer);
    };
    const created = { always, once: oncePerRequest(always, checks.size) };
    checks.set(requirement, created);
    return created;
  };
  const mutation = schema.getMutationType();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const requirement = requirements.ofField(type.name, field.name);
      if (!requirement) continue;
      const { always, once } = checksOf(requirement);
      const check = type === mutation ? always : once;
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

/**
 * Remembers the outcome of a check in the context of a request, at this number. A WeakMap of contexts would cost each
 * request as much as all of its checks.
 */
function oncePerRequest(check: Check, number: number): Check {
  return (context) => {
    context.checked ??= [];
    const outcome = context.checked[number] ?? outcomeOf(check, context);
    context.checked[number] = outcome;
    return outcome();
  };
}

function outcomeOf(check: Check, context: AuthorizationContext): Outcome {
  try {
    const result = check(context);
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
