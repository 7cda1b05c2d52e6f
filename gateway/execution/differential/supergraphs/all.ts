import { composeSupergraph } from './compose.ts';
import { media } from './media.ts';
import { own } from './own.ts';
import { shop } from './shop.ts';
import { travel } from './travel.ts';

/** Every supergraph that the executors are held to each other over. */
export const supergraphs = [
  composeSupergraph('own', own),
  composeSupergraph('shop', shop),
  composeSupergraph('media', media),
  composeSupergraph('travel', travel),
];
