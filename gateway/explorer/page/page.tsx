import 'graphiql/style.css';
import './page.css';
import { createRoot } from 'react-dom/client';
import { createExplorer } from './explorer.ts';
import { ExplorerPage } from './explorer-page.tsx';
import { createKept } from './kept.ts';
import { post } from './post.ts';
import { monacoEnvironment } from './workers.ts';

Object.assign(globalThis, { MonacoEnvironment: monacoEnvironment });

const explorer = createExplorer(post);
const kept = createKept(
  localStorage,
  explorer.missionTabs.map(({ query }) => query),
);
const root = document.getElementById('explorer');
if (root) createRoot(root).render(<ExplorerPage explorer={explorer} kept={kept} />);
