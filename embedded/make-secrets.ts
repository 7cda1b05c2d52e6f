import { ensureSecrets } from './data-folder.ts';

const folder = process.argv[2] ?? './secrets';
/**
 * Containers mount each file as it is and read it as a user of their own, so the files are readable and the folder,
 * which containers do not see, is its owner's alone.
 */
const files = ensureSecrets(folder, 0o644);
process.stdout.write(`${Object.values(files).join('\n')}\n`);
