import { useStore } from 'zustand';
import type { Explorer } from '../state/explorer.ts';
import type { HistoryEntry } from '../state/history.ts';
import { formatDuration } from './response-facts.tsx';

/** The operations that were run, with time and result. A click puts one into the active tab. */
export function HistoryPane({ explorer }: { explorer: Explorer }) {
  const { history } = useStore(explorer.state);
  return (
    <section className="history" aria-label="History">
      <h2>History</h2>
      {history.length === 0 ? (
        <p>Operations that you run are listed here.</p>
      ) : (
        <>
          <ul>
            {history.map((entry) => (
              <li key={`${entry.at} ${entry.title}`}>
                <button type="button" title={entry.query} onClick={() => explorer.tabs.replace(entry)}>
                  {entry.title}
                </button>
                <small className={entry.result === 'ok' ? undefined : 'failed'}>{describe(entry)}</small>
              </li>
            ))}
          </ul>
          <button type="button" onClick={explorer.clearHistory}>
            Clear history
          </button>
        </>
      )}
    </section>
  );
}

function describe({ at, result, durationMs }: HistoryEntry): string {
  const time = new Date(at);
  const isToday = time.toDateString() === new Date().toDateString();
  const shown = isToday ? time.toLocaleTimeString('en-GB') : time.toLocaleString('en-GB');
  return [shown, result, ...(durationMs === undefined ? [] : [formatDuration(durationMs)])].join(' · ');
}
