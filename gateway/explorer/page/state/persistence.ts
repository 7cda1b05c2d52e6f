import { isRecord } from '../requests/exchange.ts';
import { redact } from '../requests/redact.ts';

/** GraphiQL's storage: settings and the user's own tabs, without secrets and images. */
export interface Persistence extends Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear' | 'length'> {
  /** Returns the user's own tabs from the last visit. */
  ownTabs(): { query: string; variables: string }[];
}

const prefix = 'graphiql:';
const tabsKey = `${prefix}tabState`;
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

function readList(json: string | null, key: string): Record<string, unknown>[] {
  try {
    const value: unknown = JSON.parse(json ?? '{}');
    const list = isRecord(value) ? value[key] : undefined;
    return Array.isArray(list) ? list.filter(isRecord) : [];
  } catch {
    return [];
  }
}
