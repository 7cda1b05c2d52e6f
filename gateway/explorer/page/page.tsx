import 'graphiql/style.css';
import './page.css';
import { createRoot } from 'react-dom/client';
import { createTransport } from '../../../clients/typescript/transport.ts';
import { readLink } from './requests/link.ts';
import { endpoint, post } from './requests/post.ts';
import { createExplorer } from './state/explorer.ts';
import { createHistory } from './state/history.ts';
import { createPersistence } from './state/persistence.ts';
import { createStoredSession } from './state/stored-session.ts';
import { ExplorerPage } from './view/explorer-page.tsx';

/** Monaco's workers are files of their own, next to the page's script. */
const getWorker = (_: string, label: string) =>
  new Worker(new URL(WORKER_FILES[label] ?? WORKER_FILES.editor ?? '', import.meta.url));
Object.assign(globalThis, { MonacoEnvironment: { getWorker } });

const send = createTransport({ url: endpoint, timeoutMs: 30_000, fetch: (...request) => fetch(...request) });
const link = readLink(location.search);
// A reload does not open the link again, and what it has does not stay in the address.
if (location.search !== '') history.replaceState(null, '', location.pathname);

const explorer = createExplorer({
  post,
  send,
  history: createHistory(localStorage),
  storedSession: createStoredSession(sessionStorage),
});
const persistence = createPersistence(
  localStorage,
  explorer.missionTabs.map(({ query }) => query),
);
window.addEventListener('pagehide', explorer.leave);
window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted) explorer.enter();
});
void explorer.restoreSession().then(() => {
  if (link) explorer.notify(link.notice);
});
const root = document.getElementById('explorer');
if (root) createRoot(root).render(<ExplorerPage explorer={explorer} persistence={persistence} linked={link?.tab} />);
