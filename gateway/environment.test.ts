import { expect, test } from 'vitest';
import { readEnvironment } from '../platform/process/environment.ts';
import { gatewayEnvironment } from './environment.ts';

const executor = gatewayEnvironment.pick({ GATEWAY_EXECUTOR: true });

test.each([
  [undefined, 'compiled'],
  ['compiled', 'compiled'],
  ['lean', 'compiled'],
  ['apollo', 'apollo'],
])('GATEWAY_EXECUTOR=%s selects the executor %s', (value, name) => {
  const env = value === undefined ? {} : { GATEWAY_EXECUTOR: value };
  expect(readEnvironment(executor, env)).toEqual({ GATEWAY_EXECUTOR: name });
});

test('GATEWAY_EXECUTOR rejects other values', () => {
  expect(() => readEnvironment(executor, { GATEWAY_EXECUTOR: 'fast' })).toThrow(
    'GATEWAY_EXECUTOR must be compiled or apollo',
  );
});
