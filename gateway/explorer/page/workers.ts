/** The editors work in files of their own, which come from where the page's script does. */
export const monacoEnvironment = {
  getWorker: (_: string, label: string) => new Worker(new URL(fileOf(label), import.meta.url)),
};

const fileOf = (label: string) => WORKER_FILES[label] ?? WORKER_FILES.editor ?? '';
