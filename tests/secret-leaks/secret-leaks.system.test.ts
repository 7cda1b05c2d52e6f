import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import bcrypt from 'bcrypt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiErrorCodes } from '../../schema/error-codes.ts';
import { temporaryFolder } from '../support/files.ts';
import { runCommand } from '../support/systems/spawned.ts';
import {
  damageSigningKeys,
  exceedAttemptLimit,
  failDatabases,
  failImageService,
  type LimitedUser,
  sendToInternalServices,
  stopDuringRequests,
} from './failures.ts';
import { sendMalformedRequests } from './malformed-requests.ts';
import { createRecorder } from './recorder.ts';
import { createSearch, findIn, type Output, type Secret, textSecret } from './secret-search.ts';
import { createSecrets, secretsIn } from './secrets.ts';
import { filesOf, outputsOf, startInFourProcesses, startInOneProcess } from './systems.ts';
import { logInAgain, passwordHashOf, type Run, runDeletedUserScenario, runUserScenario } from './user-scenario.ts';

/** Codes of GraphQL servers, beside the API's own. */
const otherCodes = [
  ...['BAD_REQUEST', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'PERSISTED_QUERY_NOT_FOUND'],
  'INTERNAL_SERVER_ERROR',
];

/** Codes of another setting of the gateway, and of 8 MB of data: nothing of a request is in their responses. */
const codesElsewhere = ['QUERY_NOT_IN_SAFELIST', 'RESPONSE_TOO_LARGE'];

describe.each([
  ['npm start', startInOneProcess],
  ['four processes', startInFourProcesses],
])('every scenario by %s', (_, start) => {
  const folder = temporaryFolder();
  let run: Run;
  let secrets: Secret[];
  let imageSecrets: Secret[];
  let limitedUser: LimitedUser;
  let stored: { hash: string; sha256: string };
  let deletedTexts: string[];
  let filesWhileRunning: Output[];
  let exitCodes: (number | null)[];

  beforeAll(async () => {
    const system = await start(folder.path);
    run = { system, recorder: createRecorder(), secrets: await createSecrets() };
    const { signingKeys, imageServiceToken } = system.secrets;
    const keys = runCommand(['npm', 'run', 'keys', '--', 'rotate'], { SIGNING_KEYS_FOLDER: signingKeys });
    await keys.exitCode;
    system.processes.keys = keys;
    secrets = secretsIn(system.secrets);
    const [first = ''] = readdirSync(signingKeys);
    damageSigningKeys(system, readFileSync(join(signingKeys, first), 'utf8'));

    const ada = await runUserScenario(run);
    deletedTexts = await runDeletedUserScenario(run);
    await sendMalformedRequests(run, ada, readFileSync(imageServiceToken, 'utf8').trim());
    await sendToInternalServices(run, ada);
    await exceedAttemptLimit(run);
    // Uses another session than ada, whose session must not end here.
    const userOfFailures = { ...ada, refreshToken: (await logInAgain(run, ada)).refreshToken };
    await failDatabases(run, userOfFailures);
    await failImageService(run, userOfFailures);
    limitedUser = await exceedAttemptLimit(run);
    stored = { hash: passwordHashOf(folder.path, limitedUser.username), sha256: sha256(limitedUser.refreshToken) };
    await (system.processes.auth ?? system.processes['npm start'])?.find(/signing key cannot be used/);
    filesWhileRunning = filesOf(folder.path);
    exitCodes = await stopDuringRequests(run, ada);

    secrets.push(...run.secrets.secrets, ...run.recorder.tokens);
    imageSecrets = run.secrets.imageSecrets;
  }, 600_000);
  afterAll(async () => {
    await run?.system.end();
    folder.remove();
  });

  test('provokes every error code, and every process exits with 0', () => {
    const codes = [...apiErrorCodes, ...otherCodes].filter((code) => !codesElsewhere.includes(code));
    expect([...run.recorder.codes].sort()).toEqual(expect.arrayContaining(codes.sort()));
    expect(exitCodes.every((code) => code === 0)).toBe(true);
  });

  test('logs no secret', () => {
    const hashes = [textSecret('bcrypt', stored.hash), textSecret('SHA-256', stored.sha256)];
    expect(findIn(outputsOf(run.system), createSearch([...secrets, ...imageSecrets, ...hashes]))).toEqual([]);
  });

  test('repeats no secret in a response', () => {
    expect(findIn(run.recorder.responses, createSearch([...secrets, ...imageSecrets]))).toEqual([]);
  });

  test.each(['while it runs', 'after it has stopped'])('stores no secret in its data folder, %s', (when) => {
    const files = when === 'after it has stopped' ? filesOf(folder.path) : filesWhileRunning;
    const isImage = ({ name }: Output) => name.startsWith('images/');
    const find = createSearch([...secrets, ...imageSecrets]);
    expect(
      findIn(
        files.filter((file) => !isImage(file)),
        find,
      ),
    ).toEqual([]);
    expect(findIn(files.filter(isImage), createSearch(secrets))).toEqual([]);
    // The search finds the images where they belong.
    expect(findIn(files.filter(isImage), find)).not.toEqual([]);
  });

  test('stores passwords as bcrypt and refresh tokens as SHA-256, and nothing of a deleted account', async () => {
    expect(await bcrypt.compare(limitedUser.password.normalize('NFC'), stored.hash)).toBe(true);
    const database = filesOf(folder.path).filter(({ name }) => name.startsWith('auth.sqlite'));
    const hashes = [textSecret('bcrypt', stored.hash), textSecret('SHA-256', stored.sha256)];
    const found = findIn(database, createSearch(hashes));
    expect(found.sort()).toEqual([
      expect.stringMatching(/^auth\.sqlite: SHA-256, plain/),
      expect.stringMatching(/^auth\.sqlite: bcrypt, plain/),
    ]);
    const deleted = deletedTexts.map((text) => textSecret(`deleted ${text}`, text));
    expect(findIn(filesOf(folder.path), createSearch(deleted))).toEqual([]);
  });
});

function sha256(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
