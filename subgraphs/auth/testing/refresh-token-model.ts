/** A refresh token of the model. Times are in seconds. */
export interface ModelToken {
  parent: ModelToken | undefined;
  firstUsedAt?: number;
  graceEndsAt?: number;
  isVoid?: boolean;
  isReplaced?: boolean;
}

/** Why a token is exchanged, or is not. */
export type ModelOutcome = 'FIRST_USE' | 'IN_GRACE' | 'RETRY' | 'REUSED' | 'UNKNOWN';

export interface ModelTimes {
  graceSeconds: number;
  retrySeconds: number;
}

/** The refresh tokens of one session by the words of the API, without a database. */
export function createRefreshTokenModel({ graceSeconds, retrySeconds }: ModelTimes) {
  const tokens: ModelToken[] = [{ parent: undefined }];
  let isOpen = true;

  const outcomeOf = (token: ModelToken, now: number): ModelOutcome => {
    const { firstUsedAt, graceEndsAt = 0 } = token;
    if (!isOpen || token.isReplaced) return 'UNKNOWN';
    if (token.isVoid) return 'REUSED';
    if (firstUsedAt === undefined) return 'FIRST_USE';
    if (now < graceEndsAt) return 'IN_GRACE';
    const isChildUsed = tokens.some(({ parent, firstUsedAt: childUse }) => parent === token && childUse !== undefined);
    return !isChildUsed && now < firstUsedAt + retrySeconds ? 'RETRY' : 'REUSED';
  };

  return {
    tokens,
    isOpen: () => isOpen,
    /** Adds the new token if the outcome is a use. */
    use(token: ModelToken, now: number): ModelOutcome {
      const outcome = outcomeOf(token, now);
      if (outcome === 'REUSED') isOpen = false;
      if (outcome === 'REUSED' || outcome === 'UNKNOWN') return outcome;
      if (outcome === 'RETRY') for (const child of tokens) child.isVoid ||= child.parent === token;
      if (outcome !== 'IN_GRACE') token.graceEndsAt = now + graceSeconds;
      token.firstUsedAt ??= now;
      tokens.push({ parent: token });
      return outcome;
    },
    /** Replaces all tokens by a new one. */
    changePassword() {
      for (const token of tokens) token.isReplaced = true;
      tokens.push({ parent: undefined });
    },
  };
}
