import { type Client, createClient, isApiError } from '../../clients/typescript/node.ts';
import { help, type Options, readOptions, UsageError } from './options.ts';
import { createProgress } from './progress.ts';
import { uploadAll } from './upload.ts';
import { visible } from './visible.ts';

/** Runs a command; gives what the process exits with. */
async function run(options: Options, signal: AbortSignal): Promise<number> {
  const client = createClient({ url: options.url, retry: { attempts: 8 } });
  await enter(client, options, signal);
  try {
    if (options.command === 'upload') return await upload(client, options.names, signal);
    if (options.command === 'delete') return await remove(client, options.names, signal);
    return await list(client, signal);
  } finally {
    // The session ends by itself where the server cannot be told.
    await client.logOut({ signal: AbortSignal.timeout(2_000) }).catch(() => {});
  }
}

async function enter(client: Client, { username, password, register }: Options, signal: AbortSignal): Promise<void> {
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
    console.log([id, title, image.url].map(visible).join('\t'));
  }
  return 0;
}

async function upload(client: Client, files: string[], signal: AbortSignal): Promise<number> {
  const counts = { uploaded: 0, there: 0 };
  const failures: string[] = [];
  const progress = createProgress(process.stdout, files.length);
  try {
    await uploadAll({
      client,
      files,
      signal,
      onOutcome(file, outcome) {
        if (outcome === 'uploaded') counts.uploaded += 1;
        else if (outcome === 'there already') counts.there += 1;
        else failures.push(`${file}: ${outcome.failure}`);
        progress.step(file, typeof outcome === 'string' ? outcome : 'failed');
      },
    });
  } finally {
    progress.end();
    for (const failure of failures) complain(failure);
    console.log(`${counts.uploaded} uploaded, ${counts.there} there already, ${failures.length} failed.`);
  }
  return failures.length > 0 ? 1 : 0;
}

async function remove(client: Client, ids: string[], signal: AbortSignal): Promise<number> {
  let code = 0;
  for (const id of ids) {
    try {
      await client.delete(id, { signal });
      console.log(`${visible(id)} deleted`);
    } catch (error) {
      if (!isApiError(error, 'NOT_FOUND')) throw error;
      complain(`${id}: ${error.message}`);
      code = 1;
    }
  }
  return code;
}

const complain = (text: string) => console.error(visible(text));

/** One Ctrl-C under npm arrives twice, from the terminal and from npm. */
const echoMs = 500;

/** The first Ctrl-C lets what is under way end, a second one ends it at once. */
function endOnInterrupt(interruption: AbortController): void {
  let interruptedAt = 0;
  process.on('SIGINT', () => {
    if (interruption.signal.aborted && performance.now() - interruptedAt > echoMs) process.exit(130);
    if (!interruption.signal.aborted) interruptedAt = performance.now();
    interruption.abort();
  });
}

/** What shells say of who was ended by SIGPIPE, which Node leaves aside. */
const unread = 141;

/** Lets what is under way end where nobody reads any more what is written, as behind `| head`. */
function endWhereUnread(interruption: AbortController): void {
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exitCode = unread;
    interruption.abort();
  };
  process.stdout.on('error', onError);
  process.stderr.on('error', onError);
}

async function main(): Promise<number> {
  const interruption = new AbortController();
  endOnInterrupt(interruption);
  endWhereUnread(interruption);
  try {
    const options = readOptions(process.argv.slice(2), process.env);
    if (options) return await run(options, interruption.signal);
    console.log(help);
    return 0;
  } catch (error) {
    if (interruption.signal.aborted) {
      if (process.exitCode !== unread) complain('Interrupted: run the same command again to go on.');
      return 130;
    }
    complain(error instanceof Error ? error.message : String(error));
    if (!(error instanceof UsageError)) return 1;
    console.error('\n--help says more.');
    return 2;
  }
}

const code = await main();
process.exitCode ??= code;
