import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createResource } from '../../support/graphql/documents.ts';
import { type Answer, type Draft, sendDraft, sendUntilAccepted } from '../../support/graphql/newcomer.ts';
import { pngOfSize } from '../../support/pngs.ts';
import { type System, startSystem } from '../../support/systems/system.ts';

/** Whoever follows a limit that an error names is accepted, and does not meet another limit. */

let system: System;
let token: string;
beforeAll(async () => {
  system = await startSystem();
  token = (await system.signUp()).accessToken;
});
afterAll(() => system.stop());

const maxImageBytes = 383_970;
const maxUploadBytes = 16 * 2 ** 20;
/** Limits of a whole body, in the two forms that an image is sent in. */
const maxBodyBytes = { JSON: 22_435_160, multipart: maxUploadBytes + 2 ** 16 };
type Form = keyof typeof maxBodyBytes;

const shrinkTo = async (maxBytes: number) => (await pngOfSize(maxBytes)).toString('base64');
const logIn = async () => token;

async function draftOf(form: Form, imageBytes: number, accessToken?: string): Promise<Draft> {
  const json = { 'content-type': 'application/json' };
  const multipart = { 'apollo-require-preflight': 'true' };
  const authorization = accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };
  return {
    ...{ method: 'POST', path: '/graphql', document: String(createResource), asFile: form === 'multipart' },
    headers: { ...(form === 'JSON' ? json : multipart), ...authorization },
    variables: { input: { title: 'A photo', image: { data: await shrinkTo(imageBytes) } } },
  };
}

const limitsOf = (errors: Answer['errors']) => errors.map(({ extensions }) => extensions);

/** All sizes in a message, which are the only numbers in it. */
const numbersIn = (errors: Answer['errors']) =>
  errors.flatMap(({ message }) => [...message.matchAll(/\d{4,}/g)].map(([number]) => Number(number)));

const sizes = [
  300_000,
  maxImageBytes,
  maxImageBytes + 1,
  700_000,
  786_000,
  900_000,
  2 ** 20,
  1_500_000,
  3_500_000,
  12_000_000,
  maxUploadBytes,
  maxUploadBytes + 1,
  20_000_000,
];

describe.each(['JSON', 'multipart'] as const)('an image in %s', { timeout: 60_000 }, (form) => {
  const overBody = { code: 'PAYLOAD_TOO_LARGE', maxBytes: maxBodyBytes[form], maxImageBytes };
  const overUnverified = { code: 'PAYLOAD_TOO_LARGE', maxBytes: 2 ** 20, maxImageBytes };
  const tooLarge = { code: 'IMAGE_TOO_LARGE', maxBytes: maxImageBytes };
  const missing = { code: 'UNAUTHENTICATED', reason: 'MISSING' };
  const bodyBytes = (imageBytes: number) => (form === 'JSON' ? Math.ceil(imageBytes / 3) * 4 : imageBytes) + 200;

  test.each(sizes)('of %i bytes is stored, or after one error that names the limit', async (size) => {
    const errors = await sendUntilAccepted(system.gateway, await draftOf(form, size, token), { shrinkTo });
    const error = size > maxUploadBytes && bodyBytes(size) > maxBodyBytes[form] ? overBody : tooLarge;
    expect(limitsOf(errors).map(({ code, ...rest }) => ({ code, ...rest }))).toEqual(
      size > maxImageBytes ? [error] : [],
    );
    const limits = [maxImageBytes, maxBodyBytes[form]];
    expect(numbersIn(errors).filter((number) => !limits.includes(number))).toEqual([]);
  });

  test.each(sizes)('of %i bytes without a token asks for one, after one error that names the limit', async (size) => {
    const errors = await sendUntilAccepted(system.gateway, await draftOf(form, size), { shrinkTo, logIn });
    const isOver = bodyBytes(size) > 2 ** 20;
    expect(limitsOf(errors).slice(0, 2)).toEqual(isOver ? [overUnverified, missing] : [missing, ...after(size)]);
    const limits = [maxImageBytes, maxUploadBytes, 2 ** 20];
    expect(numbersIn(errors).filter((number) => !limits.includes(number))).toEqual([]);
  });
  const after = (size: number) => (size > maxImageBytes ? [tooLarge] : []);
});

test('a body of exactly maxBytes is read, and one of a byte more is not', { timeout: 60_000 }, async () => {
  const answerOf = async (bodyBytes: number, accessToken?: string) => {
    const draft = await draftOf('JSON', 300_000, accessToken);
    const start = '{"query":"{ __typename }","variables":{"padding":"';
    const end = '"}}';
    const body = `${start}${'x'.repeat(bodyBytes - start.length - end.length)}${end}`;
    return (await sendDraft(system.gateway, { ...draft, body })).status;
  };
  for (const [maxBytes, accessToken] of [[2 ** 20], [maxBodyBytes.JSON, token]] as const)
    expect([await answerOf(maxBytes, accessToken), await answerOf(maxBytes + 1, accessToken)]).toEqual([200, 413]);
});
