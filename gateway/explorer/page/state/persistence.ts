import { isRecord } from '../requests/exchange.ts';

/** GraphiQL's storage: settings, history and the user's own tabs, without secrets and images. */
export interface Persistence extends Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear' | 'length'> {
  /** Returns the user's own tabs from the last visit. */
  ownTabs(): { query: string; variables: string }[];
}

const prefix = 'graphiql:';
const tabsKey = `${prefix}tabState`;
/** Lists of operations: the history and the favorites. */
const historyKeys = new Set([`${prefix}queries`, `${prefix}favorites`]);
/** The active tab's texts, which are either in the tabs or must not be stored. */
const transientKeys = new Set([`${prefix}query`, `${prefix}variables`, `${prefix}headers`]);

/** Wraps a storage for GraphiQL. Tabs with one of `missionQueries` are not stored: the page creates them at each visit. */
export function createPersistence(storage: Storage, missionQueries: readonly string[]): Persistence {
  const ownKeys = () => Object.keys(storage).filter((key) => key.startsWith(prefix));
  const storedTabs = () => readList(storage.getItem(tabsKey), 'tabs').map(redact);
  return {
    ownTabs: () => storedTabs().filter(({ query }) => query !== ''),
    // The page passes the tabs to GraphiQL itself: those of the mission, then the user's own.
    getItem: (key) => (key === tabsKey ? null : storage.getItem(key)),
    setItem(key, value) {
      if (transientKeys.has(key)) return;
      if (key === tabsKey) {
        const ownTabs = readList(value, 'tabs').filter(({ query }) => !missionQueries.includes(String(query)));
        storage.setItem(key, JSON.stringify({ tabs: ownTabs.map(redact) }));
      } else if (historyKeys.has(key)) {
        const list = key.slice(prefix.length);
        const items = readList(value, list).map((item) => ({ ...item, ...redact(item), headers: undefined }));
        storage.setItem(key, JSON.stringify({ [list]: items }));
      } else storage.setItem(key, value);
    },
    removeItem: (key) => storage.removeItem(key),
    clear: () => {
      for (const key of ownKeys()) storage.removeItem(key);
    },
    get length() {
      return ownKeys().length;
    },
  };
}

/** Names of fields with passwords, tokens, and images, which are too large and private. */
const secretName = 'password|currentPassword|newPassword|accessToken|refreshToken|data';
/** Anything insignificant between a name and its value, including GraphQL and JSON comments. */
const gap = '(?:[\\s,]|(?:#|//)[^\\n]*(?:\\n|$)|/\\*(?:[^*]|\\*(?!/))*\\*/)*';
/** A string or block string, whose closing quotes may be missing while the user types. */
const text = '(?:"""(?:\\\\"""|[^])*?(?:"""|$)|"(?:[^"\\\\\\n]|\\\\.)*"?)';
/** A secret in GraphQL or JSON. */
const secretText = new RegExp(`("?\\b(?:${secretName})"?${gap}:${gap})${text}`, 'g');
const secretVariable = new RegExp(`\\b(?:${secretName})${gap}:${gap}\\$`);
const defaultText = new RegExp(`(=${gap})${text}`, 'g');
/** Most likely an image; the storage has room for few. */
const longText = /"[^"\\\n]{1000,}"?/g;

/** Removes passwords, tokens and images from an operation. */
export function redact(operation: Record<string, unknown>): { query: string; variables: string } {
  const query = typeof operation.query === 'string' ? operation.query : '';
  const variables = typeof operation.variables === 'string' ? operation.variables : '';
  const redactText = (each: string) => each.replace(secretText, '$1""').replace(longText, '""');
  const hasSecretVariable = secretVariable.test(query);
  // A secret may be a variable's default. A mutation that is half typed does not yet show whether it is.
  const mayHaveSecretDefault = hasSecretVariable || /\bmutation\b/.test(query);
  return {
    query: redactText(mayHaveSecretDefault ? query.replace(defaultText, '$1""') : query),
    // A secret variable may have any name, so that all variables are dropped.
    variables: hasSecretVariable ? '' : redactText(variables),
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
