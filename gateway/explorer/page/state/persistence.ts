import { isRecord } from '../requests/exchange.ts';

/** What of the editors outlives the page: looks, history and tabs of one's own, and nothing that must not be found later. */
export interface Persistence extends Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear' | 'length'> {
  /** The tabs of one's own that were open when the page was last left. */
  ownTabs(): { query: string; variables: string }[];
}

const prefix = 'graphiql:';
const tabsKey = `${prefix}tabState`;
/** Lists of operations: those that were run, and those that were marked. */
const historyKeys = new Set([`${prefix}queries`, `${prefix}favorites`]);
/** What tabs hold besides; it is kept with them, or not at all. */
const unkeptKeys = new Set([`${prefix}query`, `${prefix}variables`, `${prefix}headers`]);

/** Keeps for GraphiQL what it wants to keep, without secrets and images. `missionQueries` are there whenever the page opens. */
export function createPersistence(storage: Storage, missionQueries: readonly string[]): Persistence {
  const ours = () => Object.keys(storage).filter((key) => key.startsWith(prefix));
  const ownTabs = () => readList(storage.getItem(tabsKey), 'tabs').map(withoutSecrets);
  return {
    ownTabs: () => ownTabs().filter(({ query }) => query !== ''),
    // The mission's tabs are made anew, and the others put behind them, when the page opens.
    getItem: (key) => (key === tabsKey ? null : storage.getItem(key)),
    setItem(key, value) {
      if (unkeptKeys.has(key)) return;
      if (key === tabsKey) {
        const own = readList(value, 'tabs').filter(({ query }) => !missionQueries.includes(String(query)));
        storage.setItem(key, JSON.stringify({ tabs: own.map(withoutSecrets) }));
      } else if (historyKeys.has(key)) {
        const list = key.slice(prefix.length);
        const items = readList(value, list).map((item) => ({ ...item, ...withoutSecrets(item), headers: undefined }));
        storage.setItem(key, JSON.stringify({ [list]: items }));
      } else storage.setItem(key, value);
    },
    removeItem: (key) => storage.removeItem(key),
    clear: () => {
      for (const key of ours()) storage.removeItem(key);
    },
    get length() {
      return ours().length;
    },
  };
}

/** Of passwords and tokens; and of images, which are too large and too much one's own. */
const secretName = 'password|currentPassword|newPassword|accessToken|refreshToken|data';
/** What may stand between a name and its value: also comments of GraphQL and of JSON. */
const gap = '(?:[\\s,]|(?:#|//)[^\\n]*(?:\\n|$)|/\\*(?:[^*]|\\*(?!/))*\\*/)*';
/** In quotes of which the last may be missing: tabs are kept while somebody types. */
const text = '(?:"""(?:\\\\"""|[^])*?(?:"""|$)|"(?:[^"\\\\\\n]|\\\\.)*"?)';
/** In GraphQL and in JSON. */
const secretText = new RegExp(`("?\\b(?:${secretName})"?${gap}:${gap})${text}`, 'g');
const secretVariable = new RegExp(`\\b(?:${secretName})${gap}:${gap}\\$`);
const defaultText = new RegExp(`(=${gap})${text}`, 'g');
/** An image, most likely; there is room for few. */
const longText = /"[^"\\\n]{1000,}"?/g;

/** An operation's texts without passwords, tokens and images. */
export function withoutSecrets(operation: Record<string, unknown>): { query: string; variables: string } {
  const query = typeof operation.query === 'string' ? operation.query : '';
  const variables = typeof operation.variables === 'string' ? operation.variables : '';
  const clean = (each: string) => each.replace(secretText, '$1""').replace(longText, '""');
  const hasSecretVariable = secretVariable.test(query);
  // A variable's default may be a secret, too, and of a mutation it is not known before all of it is typed.
  const mayHaveSecretDefault = hasSecretVariable || /\bmutation\b/.test(query);
  return {
    query: clean(mayHaveSecretDefault ? query.replace(defaultText, '$1""') : query),
    // Where a secret has a variable of its own, it may be any of them.
    variables: hasSecretVariable ? '' : clean(variables),
  };
}

function readList(json: string | null, key: string): Record<string, unknown>[] {
  try {
    const value: unknown = JSON.parse(json ?? '{}');
    const list = isRecord(value) ? value[key] : undefined;
    return Array.isArray(list) ? list.filter(isRecord) : [];
  } catch {
    return [];
  }
}
