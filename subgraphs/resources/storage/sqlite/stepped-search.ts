import { type Signal, throwIfAborted } from '../../../../platform/async/signal.ts';
import type { YieldToEventLoop } from '../../../../platform/async/yield-to-event-loop.ts';
import type { Connection } from '../../../../platform/database/connection.ts';
import type { ResourceList, ResourceRange } from '../resource-store.ts';
import type { Lists } from './resource-lists.ts';

/** At most 10 MB of text, which takes some 10 ms. */
export const defaultResourcesPerStep = 500;

interface SearchParts {
  read: Connection['read'];
  lists: Lists;
  /** Shared by all searches, so that other requests run between the steps of any two of them. */
  yieldToEventLoop: YieldToEventLoop;
  /** Resources that a search reads without a pause. */
  resourcesPerStep: number;
}

/** A search of a list, which stops when nobody waits for it any more. */
interface Search {
  list: ResourceList;
  signal: Signal | undefined;
}

/** Creates the searches of a database. Each reads its range in steps, from the end that it is taken from. */
export function createSteppedSearch({ read, lists, yieldToEventLoop, resourcesPerStep }: SearchParts) {
  /** Calls `readStep` until it returns false, or the range has been read. */
  const forEachStep = async <Range extends Omit<ResourceRange, 'limit'>>(
    { list, signal }: Search,
    range: Range,
    readStep: (step: Range) => boolean,
  ): Promise<void> => {
    for (let rest: Range | undefined = range; rest; ) {
      await yieldToEventLoop();
      if (signal) throwIfAborted(signal);
      const from: Range = rest;
      rest = await read(() => {
        const divided = lists.divide(list, from, resourcesPerStep);
        return readStep(divided.step) ? divided.rest : undefined;
      });
    }
  };

  return {
    async range<Row>(
      search: Search,
      range: ResourceRange,
      readRange: (list: ResourceList, range: ResourceRange) => Row[],
    ): Promise<Row[]> {
      const found: Row[] = [];
      await forEachStep(search, range, (step) => {
        const rows = readRange(search.list, { ...step, limit: range.limit - found.length });
        if (range.fromEnd) found.unshift(...rows);
        else found.push(...rows);
        return found.length < range.limit;
      });
      return found;
    },
    async count({ list, signal }: Search): Promise<number> {
      // By creation, which never changes, so that no resource is counted twice.
      const byCreation = { ...list, order: 'OLDEST' } as const;
      let total = 0;
      await forEachStep({ list: byCreation, signal }, { fromEnd: false }, (step) => {
        total += lists.count(byCreation, step);
        return true;
      });
      return total;
    },
  };
}
