import { useRef } from 'react';
import { useStore } from 'zustand';
import type { Explorer } from './explorer.ts';
import { useImageFile } from './images/image-drop.tsx';
import { imageTypes } from './images/image-file.ts';
import { endpoint } from './requests/post.ts';

const sandbox = `https://studio.apollographql.com/sandbox/explorer?endpoint=${encodeURIComponent(endpoint)}`;

/** What this API has beyond any other: who is logged in, a file for an image, and the way to another explorer. */
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
          // The list itself is emptied below.
          void takeImage([...(currentTarget.files ?? [])]);
          // So that the same file can be chosen again.
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
