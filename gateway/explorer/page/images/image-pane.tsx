import { pick, useGraphiQL } from '@graphiql/react';
import { useStore } from 'zustand';
import type { Explorer } from '../explorer.ts';

/** The images of the answer that is shown, beside its JSON. */
export function PicturePane({ explorer }: { explorer: Explorer }) {
  const { tabs, activeTabIndex } = useGraphiQL(pick('tabs', 'activeTabIndex'));
  const { pictures, replacements } = useStore(explorer.state);
  const shown = pictures[tabs[activeTabIndex]?.id ?? ''] ?? [];
  if (shown.length === 0) return null;
  return (
    <section className="pictures" aria-label="Images of the answer">
      <ul>
        {shown.map(({ url, title }) => (
          <li key={url}>
            <a href={url} target="_blank" rel="noopener noreferrer" title="Opens the image by itself">
              <img src={newestUrl(url, replacements)} alt={title} />
              <span aria-hidden="true">{title}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/**
 * The URL of an image as it is now. What a page has shown once, browsers show it again without asking, whatever has
 * become of it; the image service knows nothing of the parameter.
 */
function newestUrl(url: string, replacements: number): string {
  if (replacements === 0) return url;
  const newest = new URL(url);
  newest.searchParams.set('replaced', String(replacements));
  return newest.href;
}
