import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultMaxCost } from '../../platform/cost/limit-cost.ts';
import { graphql } from '../generated/gql.ts';
import { type System, startSystem } from '../support/systems/system.ts';
import { meterGrowth } from './heap-growth.ts';
import { type FuzzUser, fillPlaceholders } from './operations/placeholders.ts';
import { type FuzzRequest, fuzzRequests } from './operations/requests.ts';
import { fuzzRuns, repeatable } from './settings.ts';

const api = buildSchema(readFileSync(new URL('../../schema/api.graphql', import.meta.url), 'utf8'));
/** Codes that say that the servers failed. Nothing else runs on this system that could explain them. */
const failureCodes = /"code":"(INTERNAL_SERVER_ERROR|SERVICE_UNAVAILABLE|IMAGE_SERVICE_UNAVAILABLE)"/;
/** Fields that may end the session of the user's token. */
const endsSessions = /logoutEverywhere|logout|endSession|refreshSession|changePassword|deleteAccount/;
const noLimits = { failuresPerAccount: 1e9, failuresPerAddress: 1e9, registrationsPerAddress: 1e9 };
const maxCost = defaultMaxCost;
/** Operations that are sent again and again: new ones fill the caches of prepared operations, which are bounded. */
const replayedRequests = 200;
const replays = 10;
/** Two kilobytes for each request after the warm-up. */
const maxGrowthBytes = 4e6;

describe('generated operations', () => {
  let system: System;
  let user: FuzzUser;
  const signUp = async () => {
    const signedUp = await system.signUp();
    user = { ...signedUp, resourceId: await signedUp.create() };
  };
  beforeAll(async () => {
    // One caller sends everything, which its budget and the limits of registering would end.
    system = await startSystem({ limits: noLimits }, { cost: { maxCost, budgetPerMinute: 1e12 } });
    await signUp();
  });
  afterAll(() => system?.stop());

  const isSignedOut = async () => (await user.request(graphql(`query FuzzedUser { me { id } }`))).errors.length > 0;

  async function send({ bearer, body }: FuzzRequest) {
    const response = await fetch(system.gateway, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer.headers(user.accessToken) },
      body: fillPlaceholders(body, user),
    });
    return { status: response.status, text: await response.text() };
  }

  /** Bytes that stay in memory of requests whose operations the caches have. The first replays warm up. */
  async function growthOfReplays(requests: FuzzRequest[]): Promise<number> {
    const meter = meterGrowth({ warmUpRuns: 2 * requests.length });
    for (let nth = 0; nth < 2 + replays; nth += 1) {
      for (const request of requests) {
        await send(request);
        await meter.ran();
      }
    }
    return meter.growthBytes();
  }

  test('are answered without 5xx or internal errors, and leave nothing in memory', async () => {
    const replayed: FuzzRequest[] = [];
    const outcomes = { executed: 0, withData: 0 };
    const property = fc.asyncProperty(fuzzRequests(api), async (request) => {
      const { status, text } = await send(request);
      if (endsSessions.test(request.body) && (await isSignedOut())) await signUp();
      if (replayed.length < replayedRequests) replayed.push(request);
      expect(status, text).toBeLessThan(500);
      expect(text).not.toMatch(failureCodes);
      const { data } = JSON.parse(text);
      if (status === 200) outcomes.executed += 1;
      if (data && Object.values(data).some((value) => value !== null)) outcomes.withData += 1;
    });
    await fc.assert(property, repeatable('generated operations'));
    // Otherwise the cases would prove nothing.
    expect(outcomes.executed).toBeGreaterThan(fuzzRuns / 5);
    expect(outcomes.withData).toBeGreaterThan(fuzzRuns / 10);
    expect(await growthOfReplays(replayed)).toBeLessThan(maxGrowthBytes);
  }, 1_200_000);
});
