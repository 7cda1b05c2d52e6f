import { useRef } from 'react';
import { useStore } from 'zustand';
import { imageTypes } from '../images/image-file.ts';
import { endpoint } from '../requests/post.ts';
import type { Explorer } from '../state/explorer.ts';
import { useImageFile } from './image-drop.tsx';

const sandbox = `https://studio.apollographql.com/sandbox/explorer?endpoint=${encodeURIComponent(endpoint)}`;

/** The notice, and the buttons for an image file, for logging out and for Apollo Sandbox. */
export function TopBar({ explorer }: { explorer: Explorer }) {
  const { tokens, notice } = useStore(explorer.state);
  const takeImage = useImageFile(explorer);
  const input = useRef<HTMLInputElement>(null);
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
          void takeImage([...(currentTarget.files ?? [])]);
          // Lets the user choose the same file again.
          currentTarget.value = '';
        }}
      />
      <button type="button" onClick={() => input.current?.click()}>
        Choose image…
      </button>
      {tokens && (
        <button type="button" onClick={() => void explorer.logOut()}>
          Log out{tokens.username === undefined ? '' : ` ${tokens.username}`}
        </button>
      )}
      <a
        href={sandbox}
        target="_blank"
        rel="noopener noreferrer"
        title="Needs the internet, and its origin in CORS_ORIGINS"
      >
        Apollo Sandbox<span aria-hidden="true"> ↗</span>
      </a>
    </header>
  );
}
