import { pick, useGraphiQL } from '@graphiql/react';
import { useCallback, useEffect, useState } from 'react';
import type { Explorer } from '../explorer.ts';
import { parseOrNothing } from '../requests/exchange.ts';
import { readObject } from '../state/json-text.ts';
import { readImageFile } from './image-file.ts';
import { putImage } from './image-place.ts';

/** Puts a file into the variables of the tab that is shown, or says why not. Of several, nobody could say which is meant. */
export function useImageFile(explorer: Explorer): (files: Iterable<File>) => Promise<void> {
  const { queryEditor, variableEditor } = useGraphiQL(pick('queryEditor', 'variableEditor'));
  return useCallback(
    async (files) => {
      const [file, ...others] = files;
      if (!file) return;
      if (others.length > 0)
        return explorer.notify(`Drop one of these ${others.length + 1} files alone: a tab takes one image.`);
      const image = await readImageFile(file);
      if ('problem' in image) return explorer.notify(image.problem);
      const document = parseOrNothing(queryEditor?.getValue() ?? '');
      const variables = variableEditor?.getValue() ?? '';
      if (!document || !readObject(variables))
        return explorer.notify('The tab has a mistake in it: mend it before a file goes in.');
      const filled = putImage(document, variables, image.data);
      if (filled === undefined)
        return explorer.notify('This tab takes no image: go to CreateResource or ReplaceImage.');
      explorer.tabs.write({ variables: filled });
      explorer.notify(`${file.name} is in the variables.`);
    },
    [explorer, queryEditor, variableEditor],
  );
}

const carriesFile = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false;

/** Takes a file that is dropped anywhere on the page. */
export function ImageDrop({ explorer }: { explorer: Explorer }) {
  const takeImage = useImageFile(explorer);
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    // Before the editors see it, which would open or paste what is dropped.
    const over = (event: DragEvent) => {
      if (!carriesFile(event)) return;
      event.preventDefault();
      event.stopPropagation();
      setIsOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setIsOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!carriesFile(event)) return;
      event.preventDefault();
      event.stopPropagation();
      setIsOver(false);
      void takeImage(event.dataTransfer?.files ?? []);
    };
    const listening = new AbortController();
    const options = { capture: true, signal: listening.signal };
    window.addEventListener('dragenter', over, options);
    window.addEventListener('dragover', over, options);
    window.addEventListener('dragleave', leave, options);
    window.addEventListener('drop', drop, options);
    return () => listening.abort();
  }, [takeImage]);
  // A drag that is cancelled need not leave first. Whoever moves the pointer, presses a key or goes elsewhere drags no more.
  useEffect(() => {
    if (!isOver) return;
    const listening = new AbortController();
    for (const type of ['pointermove', 'keydown', 'blur'])
      window.addEventListener(type, () => setIsOver(false), { capture: true, signal: listening.signal });
    return () => listening.abort();
  }, [isOver]);
  return isOver ? (
    <div className="graphiql-container drop">Drop the image: it goes into the variables of this tab.</div>
  ) : null;
}
