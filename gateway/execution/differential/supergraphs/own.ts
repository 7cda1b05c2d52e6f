import { readFileSync } from 'node:fs';

const read = (name: string) => readFileSync(new URL(`../../../../schema/${name}.graphql`, import.meta.url), 'utf8');

/** The project's own subgraphs. */
export const own = { auth: read('auth'), resources: read('resources') };
