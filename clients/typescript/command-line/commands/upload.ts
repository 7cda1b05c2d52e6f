import { UsageError } from '../terminal/errors.ts';
import { createProgress } from '../terminal/progress.ts';
import { count, formatBytes } from '../terminal/text.ts';
import { openJournal } from '../transfer/journal.ts';
import { findFiles, type UploadFile } from '../transfer/upload-files.ts';
import { type Outcome, uploadAll } from '../transfer/uploader.ts';
import { defineCommand, wholeNumber } from './command.ts';

export const upload = defineCommand({
  name: 'upload',
  synopsis: '[options] <file, folder or pattern>...',
  summary: 'Uploads images: files, folders with all that is below them, and patterns such as "photos/**/*.jpg".',
  details: `Each image is titled with the name of its file. A file that was uploaded before, with the same content and title, is
skipped. So the same command continues after an interruption. Ctrl-C completes what is in flight; a second one stops
at once.

A file is recognised for a day by its idempotency key, and then by the journal of this machine, in the folder of the
log-in. A file whose image was deleted is uploaded again.`,
  options: {
    fit: { type: 'boolean', help: 'makes larger images fit, and converts other formats, such as WebP' },
    'keep-metadata': {
      type: 'boolean',
      help: 'keeps position, time, owner and camera; anybody with the URL can read them',
    },
    title: { type: 'string', value: '<text>', help: 'the title, for one file' },
    description: { type: 'string', value: '<text>', help: 'the description of each' },
    concurrency: { type: 'string', value: '<n>', help: 'how many files are sent at once, 1 to 8; 2 by default' },
  },
  names: { min: 1, missing: 'Name the files to upload.' },
  async run({ values, names, context }) {
    const { terminal, signal } = context;
    const concurrency = wholeNumber(values.concurrency, { option: 'concurrency', min: 1, max: 8 }) ?? 2;
    const { files, failures, leftOut } = await findFiles(names);
    if (values.title !== undefined && files.length > 1) {
      throw new UsageError(`--title is for one file, and these are ${files.length}.`, 'upload');
    }
    const { client, url } = await context.connect(values.url, { attempts: 8 });
    const { id: userId } = await client.me({ signal });
    const journal = await openJournal(context.folder, { url, userId });

    const counts = { uploaded: 0, exists: 0, failed: 0 };
    const total = files.length + failures.length;
    const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const progress = createProgress(terminal, { total, totalBytes, now: () => performance.now() });
    const report = ({ path, sizeBytes }: UploadFile, result: Outcome) => {
      counts[result.outcome] += 1;
      if (result.outcome === 'failed') terminal.warn(`${path}: ${result.message}`);
      terminal.record({ file: path, ...recordOf(result) });
      progress.step({ name: path, sizeBytes, outcome: describe(result, sizeBytes) });
    };
    const onInterrupt = () => terminal.warn('Completing what is in flight. Press Ctrl-C again to stop at once.');
    signal.addEventListener('abort', onInterrupt);
    try {
      for (const { path, code, message } of failures) {
        report({ path, sizeBytes: 0 }, { outcome: 'failed', code, message });
      }
      await uploadAll({
        client,
        journal,
        files,
        title: values.title,
        description: values.description,
        fit: values.fit === true,
        keepMetadata: values['keep-metadata'] === true,
        concurrency,
        signal,
        onStart: ({ path }) => progress.start(path),
        onOutcome: report,
      });
    } finally {
      signal.removeEventListener('abort', onInterrupt);
      progress.end();
      const others = leftOut > 0 ? [`${count(leftOut, 'file')} of other types left out`] : [];
      const summary = [
        `${counts.uploaded} uploaded`,
        `${counts.exists} already there`,
        `${counts.failed} failed`,
        ...others,
      ];
      terminal.say(`${summary.join(', ')}.`);
      const missing = total - counts.uploaded - counts.exists - counts.failed;
      if (missing > 0) terminal.warn(`${count(missing, 'file')} not sent: run the same command again to continue.`);
    }
    if (counts.uploaded + counts.exists + counts.failed < total) signal.throwIfAborted();
    return counts.failed > 0 ? 1 : 0;
  },
});

function describe(result: Outcome, sizeBytes: number): string {
  if (result.outcome === 'failed') return 'failed';
  if (result.outcome === 'exists') return 'already there';
  const stored = result.resource.image.sizeBytes;
  return stored === sizeBytes ? 'uploaded' : `uploaded, stored with ${formatBytes(stored)}`;
}

function recordOf(result: Outcome): object {
  if (result.outcome !== 'uploaded') return result;
  const { outcome, resource } = result;
  return { outcome, ...resource };
}
