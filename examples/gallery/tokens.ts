import type { TokenStore, Tokens } from '../../clients/typescript/index.ts';

const key = 'gallery.tokens';

/** Keeps tokens as long as the tab is open, so that a reload finds them. */
export const tabStore: TokenStore = {
  get() {
    const text = sessionStorage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as Tokens);
  },
  set(tokens) {
    if (tokens) sessionStorage.setItem(key, JSON.stringify(tokens));
    else sessionStorage.removeItem(key);
  },
};
