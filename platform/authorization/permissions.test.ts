import { expect, test } from 'vitest';
import type { Viewer } from '../tokens/access-token.ts';
import { createForbid, type Policies } from './permissions.ts';
import type { Alternatives } from './requirement.ts';

const policies = {
  person: { isMetBy: ({ scopes }) => scopes === undefined, description: 'a log-in' },
  never: { isMetBy: () => false, description: 'a miracle' },
} satisfies Policies;

const viewer = (...scopes: string[]): Viewer => ({ id: 'a', sessionId: 'b', scopes });
const person: Viewer = { id: 'a', sessionId: 'b' };

const messageFor = (who: Viewer, scopes: Alternatives[], required: Alternatives[] = []) => {
  const error = createForbid(policies)(who, { scopes, policies: required });
  return error && [error.extensions.code, error.message];
};

test.each([
  ['no conditions', viewer(), [], true],
  ['an empty condition', viewer(), [[]], true],
  ['one scope', viewer('x'), [[['x']]], true],
  ['one of two alternatives', viewer('z'), [[['x', 'y'], ['z']]], true],
  ['half of an alternative', viewer('x'), [[['x', 'y'], ['z']]], false],
  ['one of two conditions', viewer('x'), [[['x']], [['y']]], false],
  ['both conditions', viewer('y', 'x'), [[['x']], [['y']]], true],
  ['a scope that only begins alike', viewer('x:read'), [[['x']]], false],
])('a viewer with %s', (_, who, scopes, isPermitted) => {
  expect(messageFor(who, scopes) === undefined).toBe(isPermitted);
});

test('a session without scopes holds every scope, and an empty scope none', () => {
  expect(messageFor(person, [[['x']], [['y']]])).toBeUndefined();
  expect(messageFor(viewer(), [[['x']]])?.[0]).toBe('FORBIDDEN');
});

test('a policy decides by its function', () => {
  expect(messageFor(person, [], [[['person']]])).toBeUndefined();
  expect(messageFor(viewer('x'), [], [[['person']]])?.[0]).toBe('FORBIDDEN');
  expect(messageFor(person, [], [[['person', 'never']]])?.[0]).toBe('FORBIDDEN');
});

test('the error says what is missing', () => {
  expect(messageFor(viewer(), [[['x', 'y'], ['z']]])?.[1]).toBe(
    'The access token does not permit this: it needs the scope x and the scope y, or the scope z.',
  );
  expect(messageFor(viewer(), [], [[['person'], ['never']]])?.[1]).toBe(
    'The access token does not permit this: it needs a log-in, or a miracle.',
  );
});

test('each requirement is evaluated once for a viewer', () => {
  let calls = 0;
  const count = () => {
    calls += 1;
    return calls < 2;
  };
  const forbid = createForbid({ counted: { isMetBy: count, description: 'a count' } });
  const requirement = { scopes: [], policies: [[['counted']]] };
  for (let time = 0; time < 3; time += 1) expect(forbid(person, requirement)).toBeUndefined();
  expect(forbid({ ...person }, requirement)?.extensions.code).toBe('FORBIDDEN');
  expect(calls).toBe(2);
});

test('names of properties that every object has are no policies', () => {
  expect(() => messageFor(person, [], [[['toString']]])).toThrow('requires the policy toString');
});
