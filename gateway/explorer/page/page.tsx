import 'graphiql/style.css';
import './page.css';
import { createRoot } from 'react-dom/client';
import { createTransport } from '../../../clients/typescript/transport.ts';
import { endpoint, post } from './requests/post.ts';
import { createExplorer } from './state/explorer.ts';
import { createPersistence } from './state/persistence.ts';
import { ExplorerPage } from './view/explorer-page.tsx';

/** Monaco's workers are files of their own, next to the page's script. */
const getWorker = (_: string, label: string) =>
  new Worker(new URL(WORKER_FILES[label] ?? WORKER_FILES.editor ?? '', import.meta.url));
Object.assign(globalThis, { MonacoEnvironment: { getWorker } });

const send = createTransport({ url: endpoint, timeoutMs: 30_000, fetch: (...request) => fetch(...request) });
const explorer = createExplorer({ post, send });
const persistence = createPersistence(
  localStorage,
  explorer.missionTabs.map(({ query }) => query),
);
const root = document.getElementById('explorer');
if (root) createRoot(root).render(<ExplorerPage explorer={explorer} persistence={persistence} />);
