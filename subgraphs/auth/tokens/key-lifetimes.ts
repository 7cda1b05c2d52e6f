import type { KeyName } from './key-file-name.ts';

/** How long tokens go on after the key that signed them has been succeeded. */
export interface TokenTimes {
  /** The longest lifetime of a token. */
  tokenSeconds: number;
  /** What the clocks of those who sign and those who verify may differ by. */
  marginSeconds?: number;
}

/** A key, and when it is accepted last, exclusively: for ever where nothing succeeds it. */
export interface KeyLifetime<Key extends KeyName> {
  key: Key;
  acceptedUntilMs: number;
}

export type KeyState = 'next' | 'signing' | 'accepted' | 'expired';

const defaultMarginSeconds = 60;

/** The lifetimes of keys that are in the order in which they sign: each until the tokens have expired that it signed. */
export function lifetimesOf<Key extends KeyName>(
  keys: readonly Key[],
  { tokenSeconds, marginSeconds = defaultMarginSeconds }: TokenTimes,
): KeyLifetime<Key>[] {
  const afterMs = (tokenSeconds + marginSeconds) * 1_000;
  return keys.map((key, index) => {
    const successor = keys[index + 1];
    return { key, acceptedUntilMs: successor ? successor.signsFrom.getTime() + afterMs : Number.POSITIVE_INFINITY };
  });
}

/** The key that signs: the last that has begun to, and the first of all where none has. */
export function signingAt<Key extends KeyName>(keys: readonly Key[], nowMs: number): Key | undefined {
  return keys.findLast(({ signsFrom }) => signsFrom.getTime() <= nowMs) ?? keys[0];
}

/** What each key is just now. */
export function statesAt<Key extends KeyName>(lifetimes: readonly KeyLifetime<Key>[], nowMs: number): KeyState[] {
  const keys = lifetimes.map(({ key }) => key);
  const signing = signingAt(keys, nowMs);
  return lifetimes.map(({ key, acceptedUntilMs }) => {
    if (key === signing) return 'signing';
    if (key.signsFrom.getTime() > nowMs) return 'next';
    return nowMs < acceptedUntilMs ? 'accepted' : 'expired';
  });
}
