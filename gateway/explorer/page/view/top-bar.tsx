import { useRef, useState } from 'react';
import { useStore } from 'zustand';
import { imageTypes } from '../images/image-file.ts';
import { endpoint } from '../requests/post.ts';
import type { Explorer } from '../state/explorer.ts';

const sandbox = `https://studio.apollographql.com/sandbox/explorer?endpoint=${encodeURIComponent(endpoint)}`;

/** The notice, and what belongs to the page as a whole: an image file, the session, Apollo Sandbox. */
export function TopBar({ explorer }: { explorer: Explorer }) {
  const { tokens, notice, isWithoutToken, keepsSession } = useStore(explorer.state);
  const input = useRef<HTMLInputElement>(null);
  const [isMenuOpen, setIsMenuOpen] = useState(false);
  return (
    <header className="graphiql-container top-bar">
      <h1>image-supergraph explorer</h1>
      <p className="notice" role="status">
        {notice}
      </p>
      <input
        ref={input}
        type="file"
        accept={imageTypes}
        hidden
        onChange={({ currentTarget }) => {
          // A copy, as the next line empties the list.
          void explorer.imageFiles.take([...(currentTarget.files ?? [])]);
          // Lets the user choose the same file again.
          currentTarget.value = '';
        }}
      />
      {isWithoutToken && (
        <p className="without-token">
          This tab sends no token.
          <button type="button" onClick={explorer.addToken}>
            Add the token
          </button>
        </p>
      )}
      {/* Shown in a narrow window only, where it opens what is else in the row. */}
      <button
        type="button"
        className="menu-button"
        aria-label="Menu"
        aria-expanded={isMenuOpen}
        onClick={() => setIsMenuOpen(!isMenuOpen)}
      >
        ☰
      </button>
      <div className={isMenuOpen ? 'menu open' : 'menu'}>
        <button type="button" onClick={() => input.current?.click()}>
          Choose image…
        </button>
        {tokens && (
          <>
            <label title="Keeps the session when this browser tab is reloaded">
              <input
                type="checkbox"
                checked={keepsSession}
                onChange={({ currentTarget }) => explorer.keepSession(currentTarget.checked)}
              />
              Keep session for this tab
            </label>
            <button type="button" onClick={() => void explorer.logOut()}>
              Log out{tokens.username === undefined ? '' : ` ${tokens.username}`}
            </button>
          </>
        )}
        <a
          href={sandbox}
          target="_blank"
          rel="noopener noreferrer"
          title="Needs the internet, and its origin in CORS_ORIGINS"
        >
          Apollo Sandbox<span aria-hidden="true"> ↗</span>
        </a>
      </div>
    </header>
  );
}
