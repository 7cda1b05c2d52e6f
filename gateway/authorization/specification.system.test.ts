import { type ExecutionResult, GraphQLError, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../platform/api-error.ts';
import type { Requirement } from '../../platform/authorization/requirement.ts';
import type { Executor } from '../../platform/graphql/prepared-operations.ts';
import { happens } from '../execution/differential/operations/random.ts';
import { type RandomOperation, randomOperation } from '../execution/differential/operations/random-operation.ts';
import { observeSpecification } from '../execution/differential/specification.ts';
import { supergraphs } from '../execution/differential/supergraphs/all.ts';
import { resolveConditions } from '../execution/preprocessing/conditions.ts';
import { authorize } from './authorize.ts';

const operationCount = 250;
const denial = new ApiError({ code: 'FORBIDDEN' }, 'Denied.');
const viewer = { id: 'ada', sessionId: 's' };

/** Requirements of random fields, by their names: objects and interfaces have the same. Half of them are not met. */
function randomRequirements(seed: string) {
  const met: Requirement = { scopes: [], policies: [] };
  const unmet: Requirement = { scopes: [[['never']]], policies: [] };
  const requirementOf = (name: string) => {
    if (name.startsWith('__') || !happens(0.2, seed, name)) return undefined;
    return happens(0.5, seed, name, 'met') ? met : unmet;
  };
  const requirements = {
    ofField: (type: string, name: string) => (type.startsWith('__') ? undefined : requirementOf(name)),
    ofType: () => undefined,
    all: () => [],
  };
  const forbid = (_: unknown, requirement: Requirement) => (requirement === unmet ? denial : undefined);
  return { authorization: { requirements, forbid }, isDenied: (name: string) => requirementOf(name) === unmet };
}

/** Lets every denied field throw, as the specification has it for errors of resolvers. */
function withThrowingFields(executor: Executor, isDenied: (name: string) => boolean): Executor {
  for (const type of Object.values(executor.schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (!isDenied(field.name)) continue;
      field.resolve = () => {
        throw new GraphQLError(denial.message);
      };
    }
  }
  return executor;
}

/** Adds the caller to the context of each execution. */
function withCaller(executor: Executor): Executor {
  const caller = { identity: () => ({ viewer }) };
  const prepare: Executor['prepare'] = (operation) => {
    const prepared = executor.prepare(operation);
    return {
      ...prepared,
      execute: (request) => prepared.execute({ ...request, context: { ...request.context, caller } }),
    };
  };
  return { ...executor, prepare };
}

/** The places of the nulls that errors explain. An object that is null may have several errors. */
function explainedNulls({ data, errors = [] }: ExecutionResult): string[] {
  const places = errors.map(({ path = [] }) => {
    let value: unknown = data;
    for (const [depth, key] of path.entries()) {
      if (value === null || value === undefined) return path.slice(0, depth).join('.');
      value = (value as Record<string | number, unknown>)[key];
    }
    return path.join('.');
  });
  return [...new Set(places)].sort();
}

describe.each(supergraphs)(
  'over supergraph $name, denied fields have the outcome of fields that throw',
  (supergraph) => {
    const operations = Array.from({ length: operationCount }, (_, number) => `${supergraph.name} denial ${number}`)
      .flatMap((seed) => randomOperation(supergraph.api, seed, { mutation: 0.4, conditions: 0.2 }) ?? [])
      // Schemas list their types in any order.
      .filter(({ source }) => !source.includes(' types {'));

    test.each(['first', 'second', 'third'])(
      'with the %s choice of requirements',
      { timeout: 60_000 },
      async (choice) => {
        const { authorization, isDenied } = randomRequirements(choice);
        const specified = observeSpecification(supergraph, (executor) => withThrowingFields(executor, isDenied));
        const tested = observeSpecification(supergraph, (executor) =>
          withCaller(resolveConditions(authorize(executor, authorization))),
        );
        let deniedCount = 0;
        const outcomeOf = (result: ExecutionResult, mutations: string[]) => ({
          data: JSON.stringify(result.data ?? null),
          nulls: explainedNulls(result),
          // An executor may go on when an error has nulled the data; graphql-js does not.
          mutations: result.data ? mutations.filter((mutation) => !isDenied(mutation.split(' ')[0] ?? '')) : undefined,
        });
        for (const operation of operations) {
          const expected = await specified(operation);
          const actual = await tested(operation);
          if (expected.result.errors?.some(({ message }) => message === denial.message)) deniedCount += 1;
          expect(actual.mutations.filter((mutation) => isDenied(mutation.split(' ')[0] ?? ''))).toEqual([]);
          const about = (outcome: object) => ({ ...outcome, ...describeOperation(operation) });
          expect(about(outcomeOf(actual.result, actual.mutations))).toEqual(
            about(outcomeOf(expected.result, expected.mutations)),
          );
        }
        expect(deniedCount).toBeGreaterThan(operationCount / 20);
      },
    );
  },
);

const describeOperation = ({ seed, source }: RandomOperation) => ({ seed, source });
