import { randomUUID } from 'node:crypto';
import { ApiError, throwIfInvalid } from '../../../platform/api-error.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import type { Viewer } from '../../../platform/tokens/access-token.ts';
import { createPersonalAccessToken, hashPersonalAccessToken } from '../../../platform/tokens/personal-access-token.ts';
import { personalAccessTokenEnded, sessionEnded } from '../../../platform/tokens/token-errors.ts';
import type { ExchangeToken } from '../../../platform/tokens/token-exchange.ts';
import type { ErrorExtensions } from '../../../schema/error-codes.ts';
import {
  maxPersonalAccessTokens,
  type PersonalAccessToken,
  type PersonalAccessTokenStore,
} from '../storage/personal-access-token-store.ts';
import type { IssueAccessToken } from '../tokens/access-tokens.ts';
import { normaliseTokenInput, type TokenInput, tokenInputIssues } from './token-input.ts';

/** The rules about personal access tokens. Methods name the codes of the ApiErrors that they throw. */
export interface PersonalAccessTokens {
  /** Returns the token's text, which cannot be read again. UNAUTHENTICATED, BAD_USER_INPUT. */
  create(viewer: Viewer, input: TokenInput): Promise<{ personalAccessToken: PersonalAccessToken; token: string }>;
  /** Lists the viewer's tokens, newest first. */
  list(viewer: Viewer): Promise<PersonalAccessToken[]>;
  /** NOT_FOUND. */
  revoke(viewer: Viewer, id: string): Promise<void>;
  /** UNAUTHENTICATED if the token that the viewer's access token came of was revoked. */
  requireActive(viewer: Viewer): Promise<void>;
  /** Issues an access token with the scopes and the id of a personal access token, and records the use. */
  exchange: ExchangeToken;
}

/** The shortest lifetime of an access token: it must not outlive the token that it was exchanged for. */
const minLifetimeMs = 1_000;

const dayMs = 24 * 60 * 60 * 1_000;

export function createPersonalAccessTokens(parts: {
  store: PersonalAccessTokenStore;
  issueAccessToken: IssueAccessToken;
  log: Logger;
}): PersonalAccessTokens {
  const { store, issueAccessToken, log } = parts;

  /** Records a use at most once a minute. A failure does not prevent it: reads go on while writes wait. */
  const recordUse = async ({ id, lastUsedAt }: PersonalAccessToken) => {
    if (lastUsedAt && Date.now() - lastUsedAt.getTime() < 60_000) return;
    await store.recordUse(id).catch((err: unknown) => {
      log.warn({ personalAccessTokenId: id, err }, 'the use of a personal access token could not be recorded');
    });
  };

  return {
    async create(viewer, given) {
      const input = normaliseTokenInput(given);
      throwIfInvalid(tokenInputIssues(input));
      const token = createPersonalAccessToken();
      const { name, scopes, expiresInDays } = input;
      const created = await store.create(
        {
          ...{ id: randomUUID(), userId: viewer.id, name, scopes },
          ...{ hash: hashPersonalAccessToken(token), lifetimeMs: expiresInDays * dayMs },
        },
        { id: viewer.sessionId, userId: viewer.id },
      );
      if (created === 'SESSION_ENDED') throw sessionEnded();
      if (created === 'TOO_MANY') throw tooMany();
      return { personalAccessToken: created, token };
    },

    list: ({ id }) => store.list(id),

    async revoke({ id: userId }, id) {
      if (!(await store.revoke({ id, userId }))) throw tokenNotFound();
    },

    async requireActive({ id: userId, sessionId: id }) {
      if (!(await store.find({ id, userId }))) throw personalAccessTokenEnded();
    },

    async exchange(text) {
      const found = await store.findByHash(hashPersonalAccessToken(text));
      if (!found || found.token.expiresAt.getTime() - Date.now() < minLifetimeMs) return undefined;
      await recordUse(found.token);
      return issueAccessToken(found.user, found.token);
    },
  };
}

function tooMany(): ApiError {
  const message = `An account has at most ${maxPersonalAccessTokens} personal access tokens: revoke one first.`;
  return new ApiError({ code: 'BAD_USER_INPUT', problems: [{ field: 'input', message }] }, message);
}

/** The same error for tokens of other accounts. */
function tokenNotFound(): ApiError<ErrorExtensions> {
  const message = 'There is no such personal access token: it may have been revoked, or has expired.';
  return new ApiError<ErrorExtensions>({ code: 'NOT_FOUND' }, message);
}
