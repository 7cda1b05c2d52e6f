import 'graphiql/style.css';
import './page.css';
import { createRoot } from 'react-dom/client';
import { createExplorer } from './explorer.ts';
import { ExplorerPage } from './explorer-page.tsx';
import { post } from './requests/post.ts';
import { createPersistence } from './state/persistence.ts';
import { monacoEnvironment } from './workers.ts';

Object.assign(globalThis, { MonacoEnvironment: monacoEnvironment });

const explorer = createExplorer(post);
const kept = createPersistence(
  localStorage,
  explorer.missionTabs.map(({ query }) => query),
);
const root = document.getElementById('explorer');
if (root) createRoot(root).render(<ExplorerPage explorer={explorer} kept={kept} />);
