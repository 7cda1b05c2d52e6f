import { setTimeout } from 'node:timers/promises';
import jwt from 'jsonwebtoken';
import { graphql } from '../../generated/gql.ts';
import { logIn, refreshSession } from '../graphql/accounts.ts';
import { requestTo, requireValue } from '../graphql/request.ts';
import { kidOf } from '../tokens.ts';
import { usersAt } from './users.ts';

/** Results of the clients. */
export interface ClientResults {
  /** Number of requests answered without an error. */
  answered: number;
  /** Number of requests answered by both subgraphs, by the `kid` of the token. */
  byKid: ReadonlyMap<string, number>;
  /** Errors, one line each. */
  failures: readonly string[];
}

export interface BusyClients {
  /** Results so far. */
  results(): ClientResults;
  stop(): Promise<ClientResults>;
}

/** Tokens that expire sooner than this are not used, as they may expire on the way. */
const spareMs = 1_000;
const pauseMs = 40;
/** Bound of tokens that a client keeps. Old ones are used beside the newest until they expire. */
const maxTokens = 40;
const both = graphql(`
  query BothSubgraphs { me { username } resources(first: 1) { totalCount nodes { title } } }
`);

/** Starts users who log in, refresh, and query both subgraphs with their tokens. */
export function startBusyClients(gateway: string, count: number): BusyClients {
  const results = { answered: 0, byKid: new Map<string, number>(), failures: [] as string[] };
  const anyone = requestTo(gateway);
  let isStopping = false;

  const succeed = async <Result>(what: string, request: Promise<Result>): Promise<Result | undefined> => {
    try {
      const result = await request;
      results.answered += 1;
      return result;
    } catch (error) {
      results.failures.push(`${what}: ${(error as Error).message}`);
      return undefined;
    }
  };

  const queryWith = async (token: string, username: string) => {
    const kid = kidOf(token);
    const answer = await succeed(`query with ${kid}`, requestTo(gateway, token).data(both));
    if (!answer || requireValue(answer.me).username !== username || requireValue(answer.resources).totalCount !== 1)
      return;
    results.byKid.set(kid, (results.byKid.get(kid) ?? 0) + 1);
  };

  const runUser = async () => {
    const { username, password, accessToken: token, create, refreshToken } = await usersAt(gateway).signUp();
    await create('A picture');
    const held = [token];
    let refreshable = refreshToken;
    for (let round = 0; !isStopping; round += 1) {
      const next =
        round % 3 === 0
          ? (await succeed('log-in', anyone.data(logIn, { input: { username, password } })))?.login
          : (await succeed('refresh', anyone.data(refreshSession, { input: { refreshToken: refreshable } })))
              ?.refreshSession;
      if (next) {
        held.unshift(next.accessToken);
        refreshable = next.refreshToken;
      }
      held.splice(0, held.length, ...held.filter(isUsable).slice(0, maxTokens));
      for (const each of new Set([held[0], held[Math.floor(held.length / 2)], held.at(-1)])) {
        if (each && isUsable(each)) await queryWith(each, username);
      }
      await setTimeout(pauseMs);
    }
  };

  const running = Array.from({ length: count }, () =>
    runUser().catch((error: Error) => void results.failures.push(`sign-up: ${error.message}`)),
  );
  return {
    results: () => results,
    stop: async () => {
      isStopping = true;
      await Promise.all(running);
      return results;
    },
  };
}

function isUsable(token: string): boolean {
  const { exp = 0 } = jwt.decode(token, { json: true }) ?? {};
  return exp * 1_000 - Date.now() > spareMs;
}
