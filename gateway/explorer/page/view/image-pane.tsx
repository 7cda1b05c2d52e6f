import { pick, useGraphiQL } from '@graphiql/react';
import { useStore } from 'zustand';
import type { Explorer } from '../state/explorer.ts';

/** The images of the active tab's response, beside its JSON. */
export function ImagePane({ explorer }: { explorer: Explorer }) {
  const { tabs, activeTabIndex } = useGraphiQL(pick('tabs', 'activeTabIndex'));
  const { images, replacementCount } = useStore(explorer.state);
  const shown = images[tabs[activeTabIndex]?.id ?? ''] ?? [];
  if (shown.length === 0) return null;
  return (
    <section className="response-images" aria-label="Images of the response">
      <ul>
        {shown.map(({ url, title }) => (
          <li key={url}>
            <a href={url} target="_blank" rel="noopener noreferrer" title="Opens the image by itself">
              <img src={uncachedUrl(url, replacementCount)} alt={title} />
              <span aria-hidden="true">{title}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/**
 * Adds a parameter that changes with each replaced image. Browsers show an image that the page has already loaded from
 * memory, without revalidation. The image service ignores the parameter.
 */
function uncachedUrl(url: string, replacementCount: number): string {
  if (replacementCount === 0) return url;
  const uncached = new URL(url);
  uncached.searchParams.set('replaced', String(replacementCount));
  return uncached.href;
}
