import type { StoreApi } from 'zustand/vanilla';
import { readImageFile } from '../images/image-file.ts';
import { emptyImage, isImageEmpty, setImage, titleFrom } from '../images/image-variable.ts';
import { sampleTitles } from '../mission/mission.ts';
import { type GraphqlRequest, parseOrUndefined } from '../requests/exchange.ts';
import { parseObject } from '../requests/json-text.ts';
import type { Tabs } from './tabs.ts';

/** Why each tab cannot run, by its id: its image is being read, or its file cannot be used. */
export interface BlockedTabs {
  blocked: Readonly<Record<string, string>>;
}

export interface ImageFiles {
  /** Puts a file into the active tab's variables. A file that cannot be used leaves the image empty, and blocks the tab. */
  take(files: Iterable<File>): Promise<void>;
  /** Returns why a tab's operation must not be sent; undefined if it may be. */
  reasonToBlock(tabId: string, request: GraphqlRequest): string | undefined;
  /** Unblocks a tab whose variables have an image again, or take none. */
  recheck(tabId: string): void;
}

export function createImageFiles({
  state,
  tabs,
  notify,
}: {
  state: StoreApi<BlockedTabs>;
  tabs: Tabs;
  notify: (notice: string) => void;
}): ImageFiles {
  /** Titles that the page has written, which it may replace. */
  const ownTitles = new Set<unknown>([undefined, '', ...sampleTitles]);
  /** Counts the files of each tab: only the last one goes into its variables. */
  const lastFiles = new Map<string, File>();

  const block = (tabId: string, reason: string | undefined) =>
    state.setState(({ blocked: { [tabId]: _, ...others } }) => ({
      blocked: reason === undefined ? others : { ...others, [tabId]: reason },
    }));

  /** Empties the image, so that a tab does not store the one that was in it before. */
  const empty = (tabId: string, reason: string) => {
    const { query, variables } = tabs.read(tabId) ?? { query: '', variables: '' };
    const document = parseOrUndefined(query);
    const emptied = document && emptyImage(document, variables);
    if (emptied === undefined) return;
    tabs.writeVariables(tabId, emptied);
    block(tabId, reason);
  };

  return {
    async take(files) {
      const [file, ...others] = files;
      const tabId = tabs.active()?.id;
      if (!file || tabId === undefined) return;
      const problem = problemOf(tabs.read(tabId));
      if (problem !== undefined) return notify(problem);
      const reject = (reason: string) => {
        empty(tabId, reason);
        notify(reason);
      };
      if (others.length > 0)
        return reject(`Drop one of these ${others.length + 1} files alone: a tab takes one image.`);
      lastFiles.set(tabId, file);
      empty(tabId, `${file.name} is being read.`);
      notify(`${file.name} is being read.`);
      const image = await readImageFile(file);
      if (lastFiles.get(tabId) !== file) return;
      lastFiles.delete(tabId);
      if ('error' in image) return reject(image.error);
      const content = tabs.read(tabId);
      const document = content && parseOrUndefined(content.query);
      if (!content || !document || !parseObject(content.variables)) return reject(syntaxError);
      const title = titleFrom(file.name);
      const withImage = setImage(document, content.variables, {
        image: { base64: image.base64, fit: image.fit, title },
        mayReplaceTitle: (current) => ownTitles.has(current),
      });
      if (withImage === undefined) return notify(noImage);
      ownTitles.add(title);
      block(tabId, undefined);
      tabs.writeVariables(tabId, withImage);
      notify(image.notice);
    },
    reasonToBlock(tabId, { query, variables }) {
      const document = parseOrUndefined(query);
      const reason = state.getState().blocked[tabId];
      return reason !== undefined && document && isImageEmpty(document, variables) ? reason : undefined;
    },
    recheck(tabId) {
      if (state.getState().blocked[tabId] === undefined) return;
      const content = tabs.read(tabId);
      const document = content && parseOrUndefined(content.query);
      const variables = content && parseObject(content.variables);
      if (document && variables && !isImageEmpty(document, variables)) block(tabId, undefined);
    },
  };
}

const syntaxError = 'The operation or the variables have a syntax error: fix it, then add the image again.';
const noImage = 'This tab takes no image: go to CreateResource or ReplaceImage.';

/** Says why a tab takes no image; undefined if it takes one. */
function problemOf(content: { query: string; variables: string } | undefined): string | undefined {
  const document = content && parseOrUndefined(content.query);
  if (!document || !parseObject(content.variables)) return syntaxError;
  return emptyImage(document, content.variables) === undefined ? noImage : undefined;
}
