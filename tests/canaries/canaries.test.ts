import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import bcrypt from 'bcrypt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiErrorCodes } from '../../schema/error-codes.ts';
import { temporaryFolder } from '../support/files.ts';
import { runCommand } from '../support/systems/spawned.ts';
import { spoilKeys, stopInTheMiddle, troubleDatabases, troubleImageService } from './errors.ts';
import { type Canary, textCanary } from './forms.ts';
import { askNeighbours, guessTooOften, type Witness } from './neighbours.ts';
import { makeMistakes } from './planted-faults.ts';
import { createRecorder } from './recorder.ts';
import { createSearch, findIn, type Place } from './search.ts';
import { canariesOf, newSecrets } from './secrets.ts';
import { filesOf, outputsOf, startInFourProcesses, startInOneProcess } from './systems.ts';
import { logInAgain, passwordHashOf, type Run, visit, visitForTheLastTime } from './visit.ts';

/** Of GraphQL's own codes, and of the server's. */
const otherCodes = [
  ...['BAD_REQUEST', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'PERSISTED_QUERY_NOT_FOUND'],
  'INTERNAL_SERVER_ERROR',
];

describe.each([
  ['npm start', startInOneProcess],
  ['four processes', startInFourProcesses],
])('a run of everything by %s', (_, start) => {
  const folder = temporaryFolder();
  let run: Run;
  let canaries: Canary[];
  let imageCanaries: Canary[];
  let witness: Witness;
  let kept: { hash: string; sha256: string };
  let gone: string[];
  let live: Place[];
  let exitCodes: (number | null)[];

  beforeAll(async () => {
    const world = await start(folder.path);
    run = { world, recorder: createRecorder(), secrets: await newSecrets() };
    const { signingKeys, imageServiceToken } = world.secrets;
    const keys = runCommand(['npm', 'run', 'keys', '--', 'rotate'], { SIGNING_KEYS_FOLDER: signingKeys });
    await keys.exitCode;
    world.processes.keys = keys;
    canaries = canariesOf(world.secrets);
    const [first = ''] = readdirSync(signingKeys);
    spoilKeys(world, readFileSync(join(signingKeys, first), 'utf8'));

    const ada = await visit(run);
    gone = await visitForTheLastTime(run);
    await makeMistakes(run, ada, readFileSync(imageServiceToken, 'utf8').trim());
    await askNeighbours(run, ada);
    await guessTooOften(run);
    // Her session goes on when that of another of her tokens ends.
    const troubled = { ...ada, refreshToken: (await logInAgain(run, ada)).refreshToken };
    await troubleDatabases(run, troubled);
    await troubleImageService(run, troubled);
    witness = await guessTooOften(run);
    kept = { hash: passwordHashOf(folder.path, witness.username), sha256: sha256(witness.refreshToken) };
    await (world.processes.auth ?? world.processes['npm start'])?.find(/signing key cannot be used/);
    live = filesOf(folder.path);
    exitCodes = await stopInTheMiddle(run, ada);

    canaries.push(...run.secrets.canaries, ...run.recorder.tokens);
    imageCanaries = run.secrets.imageCanaries;
  }, 180_000);
  afterAll(async () => {
    await run?.world.end();
    folder.remove();
  });

  test('provokes every error, and ends well', () => {
    expect([...run.recorder.codes].sort()).toEqual(expect.arrayContaining([...apiErrorCodes, ...otherCodes].sort()));
    expect(exitCodes.every((code) => code === 0)).toBe(true);
  });

  test('leaves no secret in a log', () => {
    const hashes = [textCanary('bcrypt', kept.hash), textCanary('SHA-256', kept.sha256)];
    expect(findIn(outputsOf(run.world), createSearch([...canaries, ...imageCanaries, ...hashes]))).toEqual([]);
  });

  test('repeats no secret in an answer', () => {
    expect(findIn(run.recorder.answers, createSearch([...canaries, ...imageCanaries]))).toEqual([]);
  });

  test.each(['while it runs', 'afterwards'])('keeps no secret in its data, %s', (when) => {
    const files = when === 'afterwards' ? filesOf(folder.path) : live;
    const isImage = ({ name }: Place) => name.startsWith('images/');
    const find = createSearch([...canaries, ...imageCanaries]);
    expect(
      findIn(
        files.filter((file) => !isImage(file)),
        find,
      ),
    ).toEqual([]);
    expect(findIn(files.filter(isImage), createSearch(canaries))).toEqual([]);
    // The same search finds what is there.
    expect(findIn(files.filter(isImage), find)).not.toEqual([]);
  });

  test('keeps of a password its bcrypt, of a refresh token its SHA-256, and of a deleted account nothing', async () => {
    expect(await bcrypt.compare(witness.password.normalize('NFC'), kept.hash)).toBe(true);
    const database = filesOf(folder.path).filter(({ name }) => name.startsWith('auth.sqlite'));
    const hashes = [textCanary('bcrypt', kept.hash), textCanary('SHA-256', kept.sha256)];
    const found = findIn(database, createSearch(hashes));
    expect(found.sort()).toEqual([
      expect.stringMatching(/^auth\.sqlite: SHA-256, plain/),
      expect.stringMatching(/^auth\.sqlite: bcrypt, plain/),
    ]);
    const deleted = gone.map((text) => textCanary(`deleted ${text}`, text));
    expect(findIn(filesOf(folder.path), createSearch(deleted))).toEqual([]);
  });
});

function sha256(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
