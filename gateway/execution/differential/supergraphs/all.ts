import { readFileSync } from 'node:fs';
import { composeSupergraph } from './compose.ts';
import { media } from './media.ts';
import { shop } from './shop.ts';
import { travel } from './travel.ts';

const readSdl = (name: string) => readFileSync(new URL(`../../../../schema/${name}.graphql`, import.meta.url), 'utf8');

/** The supergraphs that the executors are compared over: the project's own, and three that use more of Federation. */
export const supergraphs = [
  composeSupergraph('own', { auth: readSdl('auth'), resources: readSdl('resources') }),
  composeSupergraph('shop', shop),
  composeSupergraph('media', media),
  composeSupergraph('travel', travel),
] as const;
