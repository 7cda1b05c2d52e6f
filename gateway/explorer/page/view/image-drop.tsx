import { pick, useGraphiQL } from '@graphiql/react';
import { useCallback, useEffect, useState } from 'react';
import { readImageFile } from '../images/image-file.ts';
import { setImage } from '../images/image-variable.ts';
import { parseOrUndefined } from '../requests/exchange.ts';
import { parseObject } from '../requests/json-text.ts';
import type { Explorer } from '../state/explorer.ts';

/** Returns a function that puts an image file into the active tab's variables, or shows a notice that says why it cannot. */
export function useImageFile(explorer: Explorer): (files: Iterable<File>) => Promise<void> {
  const { queryEditor, variableEditor } = useGraphiQL(pick('queryEditor', 'variableEditor'));
  return useCallback(
    async (files) => {
      const [file, ...others] = files;
      if (!file) return;
      if (others.length > 0)
        return explorer.notify(`Drop one of these ${others.length + 1} files alone: a tab takes one image.`);
      const image = await readImageFile(file);
      if ('error' in image) return explorer.notify(image.error);
      const document = parseOrUndefined(queryEditor?.getValue() ?? '');
      const variables = variableEditor?.getValue() ?? '';
      if (!document || !parseObject(variables))
        return explorer.notify('The operation or the variables have a syntax error: fix it, then add the image again.');
      const withImage = setImage(document, variables, image.base64);
      if (withImage === undefined)
        return explorer.notify('This tab takes no image: go to CreateResource or ReplaceImage.');
      explorer.tabs.write({ variables: withImage });
      explorer.notify(`${file.name} is in the variables.`);
    },
    [explorer, queryEditor, variableEditor],
  );
}

const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false;

/** Takes a file that is dropped anywhere on the page. */
export function ImageDrop({ explorer }: { explorer: Explorer }) {
  const takeImage = useImageFile(explorer);
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    // Captured before the editors, which would paste a dropped file, and the browser, which would open it.
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      setIsOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setIsOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      setIsOver(false);
      void takeImage(event.dataTransfer?.files ?? []);
    };
    const controller = new AbortController();
    const options = { capture: true, signal: controller.signal };
    window.addEventListener('dragenter', over, options);
    window.addEventListener('dragover', over, options);
    window.addEventListener('dragleave', leave, options);
    window.addEventListener('drop', drop, options);
    return () => controller.abort();
  }, [takeImage]);
  // A cancelled drag may fire no `dragleave`. Pointer moves and keys are not fired during a drag, so that they end it.
  useEffect(() => {
    if (!isOver) return;
    const controller = new AbortController();
    for (const type of ['pointermove', 'keydown', 'blur'])
      window.addEventListener(type, () => setIsOver(false), { capture: true, signal: controller.signal });
    return () => controller.abort();
  }, [isOver]);
  return isOver ? (
    <div className="graphiql-container drop">Drop the image: it goes into the variables of this tab.</div>
  ) : null;
}
