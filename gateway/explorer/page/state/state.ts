import { createStore } from 'zustand/vanilla';
import type { Picture } from '../images/response-images.ts';
import type { Tokens } from '../requests/session.ts';
import type { MissionContext } from './mission-context.ts';

/** What the page shows beside the editors, and what it knows. */
export interface State {
  known: MissionContext;
  tokens: Tokens | undefined;
  /** By tab: the images of its last answer. */
  pictures: Readonly<Record<string, Picture[]>>;
  /** Counts images that were replaced: their URLs stay the same. */
  replacements: number;
  /** The last thing that happened, in a sentence. */
  notice: string;
}

const welcome = 'Press ▶ in one tab after the other: each is ready to run.';

export const createState = (known: MissionContext) =>
  createStore<State>(() => ({ known, tokens: undefined, pictures: {}, replacements: 0, notice: welcome }));
