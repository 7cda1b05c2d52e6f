import { bearerOf } from '../state/autofill.ts';
import { type Answer, type Asked, type Exchange, toExchange } from './exchange.ts';
import type { Session } from './session.ts';

type Headers = Record<string, unknown>;

/**
 * Runs operations. Those with a token of the log-in that holds go out with its newest, and never with one that has
 * expired; all others as they are. Nothing that was asked by one account is sent for another, who came in the meantime.
 */
export function createRun({
  session,
  post,
}: {
  session: Session;
  post: (asked: Asked, headers: Headers) => Promise<Answer>;
}) {
  return async (asked: Asked, headers: Headers): Promise<{ answer: Answer; exchange: Exchange | undefined }> => {
    const name = Object.keys(headers).find((each) => each.toLowerCase() === 'authorization');
    const given = name === undefined ? undefined : bearerOf(headers[name]);
    const newest = () => (given === undefined ? undefined : session.newest(given));
    const send = () => {
      const accessToken = newest();
      return post(asked, accessToken === undefined ? headers : { ...headers, [name ?? '']: `Bearer ${accessToken}` });
    };
    if (newest() !== undefined) await session.freshen();
    let answer = await send();
    const mayRepeat = wasRefusedWhole(asked, answer) && newest() !== undefined;
    if (mayRepeat && (await session.refresh())) answer = await send();
    return { answer, exchange: toExchange(asked, answer) };
  };
}

/** Whether the token was the reason that nothing was done at all: only then is the same sent twice. */
function wasRefusedWhole(asked: Asked, answer: Answer): boolean {
  const { errors = [] } = answer;
  const ofToken = errors.filter(({ extensions }) => extensions?.code === 'UNAUTHENTICATED');
  if (ofToken.length === 0) return false;
  const exchange = toExchange(asked, answer);
  if (exchange?.operation.operation !== 'mutation') return true;
  return ofToken.length === errors.length && exchange.fields.every(({ result }) => result === null);
}
