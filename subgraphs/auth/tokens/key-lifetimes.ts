import type { KeyName } from './key-file-name.ts';

/** How long tokens remain valid after the next key has begun to sign. */
export interface TokenTimes {
  /** Maximum lifetime of a token. */
  tokenSeconds: number;
  /** Maximum difference between the clocks of signers and verifiers. */
  marginSeconds?: number;
}

export interface KeyLifetime<Key extends KeyName> {
  key: Key;
  /** Exclusive; Infinity for the last key. */
  acceptedUntilMs: number;
}

export type KeyState = 'next' | 'signing' | 'accepted' | 'expired';

const defaultMarginSeconds = 60;

/** Computes how long each key is accepted: until all tokens that it signed have expired. `keys` in signing order. */
export function lifetimesOf<Key extends KeyName>(
  keys: readonly Key[],
  { tokenSeconds, marginSeconds = defaultMarginSeconds }: TokenTimes,
): KeyLifetime<Key>[] {
  const tokensExpireMs = (tokenSeconds + marginSeconds) * 1_000;
  return keys.map((key, index) => {
    const next = keys[index + 1];
    return { key, acceptedUntilMs: next ? next.signsFrom.getTime() + tokensExpireMs : Number.POSITIVE_INFINITY };
  });
}

/** The key that signs: the last that has begun to, or the first of all if none has. */
export function signingKeyAt<Key extends KeyName>(keys: readonly Key[], nowMs: number): Key | undefined {
  return keys.findLast(({ signsFrom }) => signsFrom.getTime() <= nowMs) ?? keys[0];
}

/** The state of each key. */
export function statesAt<Key extends KeyName>(lifetimes: readonly KeyLifetime<Key>[], nowMs: number): KeyState[] {
  const keys = lifetimes.map(({ key }) => key);
  const signing = signingKeyAt(keys, nowMs);
  return lifetimes.map(({ key, acceptedUntilMs }) => {
    if (key === signing) return 'signing';
    if (key.signsFrom.getTime() > nowMs) return 'next';
    return nowMs < acceptedUntilMs ? 'accepted' : 'expired';
  });
}
