import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDecoderProcess } from '../../subgraphs/resources/images/decoder-process.ts';
import { decodersOf, hasProcFolder, residentMb } from '../../subgraphs/resources/testing/decoder-processes.ts';
import { zeroPng } from '../../subgraphs/resources/testing/extreme-images.ts';
import { captureLog } from '../support/captured-log.ts';
import { createStored } from '../support/graphql/documents.ts';
import { type System, startSystem } from '../support/systems/system.ts';

const timeout = 120_000;
let system: System;

beforeAll(async () => {
  system = await startSystem({}, { imageDecoder: createDecoderProcess({ log: captureLog().log, timeoutMs: timeout }) });
}, timeout);
afterAll(() => system.stop());

test('six connections of one user with the largest images leave everybody else their uploads', {
  timeout,
}, async () => {
  const [greedy, other] = [await system.signUp(), await system.signUp()];
  const largest = await zeroPng({ width: 5_700, height: 5_700, colour: 'rgb', isInterlaced: true });
  const input = { title: 'Large', image: { data: largest.toString('base64') } };
  let isOver = false;
  const sendAgainAndAgain = async () => {
    while (!isOver) await greedy.request(createStored, { input });
  };
  const connections = Array.from({ length: 6 }, sendAgainAndAgain);
  for (let nth = 0; nth < 5; nth += 1) expect(await other.create()).toEqual(expect.any(String));
  isOver = true;
  await Promise.all(connections);
  const peaks = hasProcFolder ? decodersOf(process.pid).map((pid) => residentMb(pid, 'peak') || 0) : [0];
  expect(Math.max(...peaks)).toBeLessThan(256);
});

test('six connections with images over the limits are UNSUPPORTED_IMAGE at once', { timeout }, async () => {
  const [greedy, other] = [await system.signUp(), await system.signUp()];
  const endless = await zeroPng({ width: 2, height: 20_000_000, colour: 'grey' });
  const input = { title: 'Endless', image: { data: endless.toString('base64') } };
  const rejected = Array.from({ length: 6 }, () => greedy.request.error(createStored, { input }));
  expect(await other.create()).toEqual(expect.any(String));
  for (const error of await Promise.all(rejected)) expect(error).toEqual({ code: 'UNSUPPORTED_IMAGE' });
});
