import { pick, useGraphiQL } from '@graphiql/react';
import { useCallback, useEffect, useState } from 'react';
import { isRecord, parseOrNothing } from './exchange.ts';
import type { Explorer } from './explorer.ts';
import { readImageFile } from './image-file.ts';
import { putImage } from './image-place.ts';

/** Puts a file into the variables of the tab that is shown, or says why not. */
export function useImageFile(explorer: Explorer): (file: File) => Promise<void> {
  const { queryEditor, variableEditor } = useGraphiQL(pick('queryEditor', 'variableEditor'));
  return useCallback(
    async (file) => {
      const image = await readImageFile(file);
      if ('problem' in image) return explorer.notify(image.problem);
      const document = parseOrNothing(queryEditor?.getValue() ?? '');
      const variables = readVariables(variableEditor?.getValue() ?? '');
      if (!document || !variables)
        return explorer.notify('The tab has a mistake in it: mend it before a file goes in.');
      const filled = putImage(document, variables, image.data);
      if (!filled) return explorer.notify('This tab takes no image: go to CreateResource or ReplaceImage.');
      explorer.tabs.write({ variables: JSON.stringify(filled, null, 2) });
      explorer.notify(`${file.name} is in the variables.`);
    },
    [explorer, queryEditor, variableEditor],
  );
}

function readVariables(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.trim() || '{}');
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const carriesFile = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false;

/** Takes a file that is dropped anywhere on the page. */
export function ImageDrop({ explorer }: { explorer: Explorer }) {
  const takeFile = useImageFile(explorer);
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
      const [file] = event.dataTransfer?.files ?? [];
      if (file) void takeFile(file);
    };
    const listening = new AbortController();
    const options = { capture: true, signal: listening.signal };
    window.addEventListener('dragenter', over, options);
    window.addEventListener('dragover', over, options);
    window.addEventListener('dragleave', leave, options);
    window.addEventListener('drop', drop, options);
    return () => listening.abort();
  }, [takeFile]);
  return isOver ? (
    <div className="graphiql-container drop">Drop the image: it goes into the variables of this tab.</div>
  ) : null;
}
