import { useEffect, useState } from 'react';
import type { Explorer } from '../state/explorer.ts';

const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false;

/** Takes a file that is dropped anywhere on the page. */
export function ImageDrop({ explorer }: { explorer: Explorer }) {
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
      void explorer.imageFiles.take([...(event.dataTransfer?.files ?? [])]);
    };
    const controller = new AbortController();
    const options = { capture: true, signal: controller.signal };
    window.addEventListener('dragenter', over, options);
    window.addEventListener('dragover', over, options);
    window.addEventListener('dragleave', leave, options);
    window.addEventListener('drop', drop, options);
    return () => controller.abort();
  }, [explorer]);
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
