import { type Client, createClient, isApiError } from '../../clients/typescript/node.ts';
import { help, type Options, readOptions, UsageError } from './options.ts';
import { createProgress, escapeControls } from './progress.ts';
import { uploadAll } from './upload.ts';

/** Runs a command and returns the exit code. */
async function run(options: Options, signal: AbortSignal): Promise<number> {
  const client = createClient({ url: options.url, retry: { attempts: 8 } });
  await logIn(client, options, signal);
  try {
    if (options.command === 'upload') return await upload(client, options.names, signal);
    if (options.command === 'delete') return await remove(client, options.names, signal);
    return await list(client, signal);
  } finally {
    // If the server is unreachable, the session expires on its own.
    await client.logOut({ signal: AbortSignal.timeout(2_000) }).catch(() => {});
  }
}

async function logIn(client: Client, { username, password, register }: Options, signal: AbortSignal): Promise<void> {
  const input = { username, password };
  if (!register) return void (await client.logIn(input, { signal }));
  try {
    await client.register(input, { signal });
  } catch (error) {
    if (!isApiError(error, 'USERNAME_TAKEN')) throw error;
    await client.logIn(input, { signal });
  }
}

async function list(client: Client, signal: AbortSignal): Promise<number> {
  for await (const { id, title, image } of client.all({}, { signal })) {
    console.log([id, title, image.url].map(escapeControls).join('\t'));
  }
  return 0;
}

async function upload(client: Client, files: string[], signal: AbortSignal): Promise<number> {
  const counts = { uploaded: 0, alreadyThere: 0 };
  const failures: string[] = [];
  const progress = createProgress(process.stdout, files.length);
  try {
    await uploadAll({
      client,
      files,
      signal,
      onOutcome(file, outcome) {
        if (outcome === 'uploaded') counts.uploaded += 1;
        else if (outcome === 'already there') counts.alreadyThere += 1;
        else failures.push(`${file}: ${outcome.failure}`);
        progress.step(file, typeof outcome === 'string' ? outcome : 'failed');
      },
    });
  } finally {
    progress.end();
    for (const failure of failures) printError(failure);
    console.log(`${counts.uploaded} uploaded, ${counts.alreadyThere} already there, ${failures.length} failed.`);
  }
  return failures.length > 0 ? 1 : 0;
}

async function remove(client: Client, ids: string[], signal: AbortSignal): Promise<number> {
  let code = 0;
  for (const id of ids) {
    try {
      await client.delete(id, { signal });
      console.log(`${escapeControls(id)} deleted`);
    } catch (error) {
      if (!isApiError(error, 'NOT_FOUND')) throw error;
      printError(`${id}: ${error.message}`);
      code = 1;
    }
  }
  return code;
}

const printError = (text: string) => console.error(escapeControls(text));

/** Under npm, one Ctrl-C sends SIGINT twice: from the terminal and from npm. */
const duplicateSigintMs = 500;

/** The first Ctrl-C stops gracefully, a second one exits at once. */
function abortOnInterrupt(interruption: AbortController): void {
  let interruptedAt = 0;
  process.on('SIGINT', () => {
    if (interruption.signal.aborted && performance.now() - interruptedAt > duplicateSigintMs) process.exit(130);
    if (!interruption.signal.aborted) interruptedAt = performance.now();
    interruption.abort();
  });
}

/** The exit code that shells report for SIGPIPE, which Node ignores. */
const outputClosed = 141;

/** Stops gracefully when the reader of the output has gone, as with `| head`. */
function abortOnClosedOutput(interruption: AbortController): void {
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exitCode = outputClosed;
    interruption.abort();
  };
  process.stdout.on('error', onError);
  process.stderr.on('error', onError);
}

async function main(): Promise<number> {
  const interruption = new AbortController();
  abortOnInterrupt(interruption);
  abortOnClosedOutput(interruption);
  try {
    const options = readOptions(process.argv.slice(2), process.env);
    if (options) return await run(options, interruption.signal);
    console.log(help);
    return 0;
  } catch (error) {
    if (interruption.signal.aborted) {
      if (process.exitCode !== outputClosed) printError('Interrupted: run the same command again to continue.');
      return 130;
    }
    printError(error instanceof Error ? error.message : String(error));
    if (!(error instanceof UsageError)) return 1;
    console.error('\nSee --help.');
    return 2;
  }
}

const code = await main();
process.exitCode ??= code;
