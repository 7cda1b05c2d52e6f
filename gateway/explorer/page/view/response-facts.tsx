import { pick, useGraphiQL } from '@graphiql/react';
import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import type { Explorer } from '../state/explorer.ts';

/** Below this width, the page is one column; page.css has the same. */
const narrow = '(max-width: 700px)';

/** Status, time, size and cost of the active tab's response. */
export function ResponseFacts({ explorer }: { explorer: Explorer }) {
  const { tabs, activeTabIndex, isFetching } = useGraphiQL(pick('tabs', 'activeTabIndex', 'isFetching'));
  const { measures } = useStore(explorer.state);
  const shown = measures[tabs[activeTabIndex]?.id ?? ''];
  const section = useRef<HTMLElement>(null);
  const wasFetching = useRef(false);

  // On a phone, the response is below the editors: it comes into view when it is there.
  useEffect(() => {
    if (wasFetching.current && !isFetching && matchMedia(narrow).matches)
      section.current?.closest('.graphiql-response')?.scrollIntoView({ block: 'start' });
    wasFetching.current = isFetching;
  }, [isFetching]);

  return (
    <section ref={section} className="response-facts" aria-label="About the response">
      {shown && (
        <>
          <span title="HTTP status">{shown.status}</span>
          <span title="Time from sending the request to the end of the response">
            {formatDuration(shown.durationMs)}
          </span>
          <span title="Size of the response, decompressed">{formatSize(shown.sizeBytes)}</span>
          {shown.cost !== undefined && (
            <span title="Cost of the operation, as the gateway estimates it">cost {shown.cost}</span>
          )}
        </>
      )}
    </section>
  );
}

export const formatDuration = (durationMs: number) =>
  durationMs < 1000 ? `${Math.round(durationMs)} ms` : `${(durationMs / 1000).toFixed(1)} s`;

const formatSize = (sizeBytes: number) => (sizeBytes < 1000 ? `${sizeBytes} B` : `${(sizeBytes / 1000).toFixed(1)} kB`);
