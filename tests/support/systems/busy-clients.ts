import { setTimeout } from 'node:timers/promises';
import jwt from 'jsonwebtoken';
import { graphql } from '../../generated/gql.ts';
import { logIn, refreshSession } from '../graphql/accounts.ts';
import { requestTo, requireValue } from '../graphql/request.ts';
import { usersAt } from './users.ts';

/** What clients did until they were stopped. */
export interface Busyness {
  /** Requests that were answered, each without an error. */
  answered: number;
  /** Requests with a token that were answered by both subgraphs, by the token's `kid`. */
  byKid: ReadonlyMap<string, number>;
  /** What was not answered as it should be. */
  failures: readonly string[];
}

export interface BusyClients {
  /** So far. */
  seen(): Busyness;
  stop(): Promise<Busyness>;
}

/** Of a token that expires sooner than this nobody knows whether it still holds when it arrives. */
const spareMs = 1_000;
const pauseMs = 40;
/** Old ones are asked with until they expire, beside the newest. */
const maxTokens = 40;
const both = graphql(`
  query BothSubgraphs { me { username } resources(first: 1) { totalCount nodes { title } } }
`);

/** So many people at a gateway, who log in, refresh, and ask both subgraphs with every token that they still hold. */
export function startBusyClients(gateway: string, count: number): BusyClients {
  const seen = { answered: 0, byKid: new Map<string, number>(), failures: [] as string[] };
  const anyone = requestTo(gateway);
  let isStopping = false;

  const succeed = async <Result>(what: string, asking: Promise<Result>): Promise<Result | undefined> => {
    try {
      const result = await asking;
      seen.answered += 1;
      return result;
    } catch (error) {
      seen.failures.push(`${what}: ${(error as Error).message}`);
      return undefined;
    }
  };

  const askWith = async (token: string, username: string) => {
    const kid = kidOf(token);
    const answer = await succeed(`asking with ${kid}`, requestTo(gateway, token).data(both));
    if (!answer || requireValue(answer.me).username !== username || requireValue(answer.resources).totalCount !== 1)
      return;
    seen.byKid.set(kid, (seen.byKid.get(kid) ?? 0) + 1);
  };

  const live = async () => {
    const { username, password, accessToken: token, create, refreshToken } = await usersAt(gateway).signUp();
    await create('Kept');
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
      held.splice(0, held.length, ...held.filter(isGood).slice(0, maxTokens));
      for (const each of new Set([held[0], held[Math.floor(held.length / 2)], held.at(-1)])) {
        if (each && isGood(each)) await askWith(each, username);
      }
      await setTimeout(pauseMs);
    }
  };

  const lives = Array.from({ length: count }, () =>
    live().catch((error: Error) => void seen.failures.push(`signing up: ${error.message}`)),
  );
  return {
    seen: () => seen,
    stop: async () => {
      isStopping = true;
      await Promise.all(lives);
      return seen;
    },
  };
}

/** The key that a token says it was signed with. */
export function kidOf(token: string): string {
  return jwt.decode(token, { complete: true })?.header.kid ?? '';
}

function isGood(token: string): boolean {
  const { exp = 0 } = jwt.decode(token, { json: true }) ?? {};
  return exp * 1_000 - Date.now() > spareMs;
}
