import { expect, test } from 'vitest';
import { findBearerToken, readBearerToken } from './bearer-token.ts';

const token = 'eyJh.eyJz.c2ln';

test.each([`Bearer ${token}`, `bearer ${token}`, `BEARER   ${token}  `])('reads the token of %j', (header) => {
  expect(readBearerToken(header)).toBe(token);
});

const rightForm = 'The header must have the form `Authorization: Bearer <token>`.';

test.each([
  ['', 'It is empty'],
  ['   ', 'It is empty'],
  [`"Bearer ${token}"`, 'It has quotation marks'],
  [`Bearer "${token}"`, 'It has quotation marks'],
  [`Bearer '${token}'`, 'It has quotation marks'],
  [`“${token}”`, 'It has quotation marks'],
  [`Authorization: Bearer ${token}`, 'Its value begins with its name'],
  [`Bearer: ${token}`, 'It has a colon or an equals sign'],
  [`bearer:${token}`, 'It has a colon or an equals sign'],
  [`Bearer=${token}`, 'It has a colon or an equals sign'],
  ['Bearer', 'It has no token'],
  ['Bearer    ', 'It has no token'],
  [`Bearer Bearer ${token}`, 'It has the word Bearer twice'],
  [`Bearer\t${token}`, 'It has a tab or the like after Bearer'],
  [`Bearer\u00a0${token}`, 'It has a tab or the like after Bearer'],
  [`Bearer${token}`, 'It has no space after Bearer'],
  [token, 'It has no scheme'],
  ['isg_pat_x', 'It has no scheme'],
  ['Basic YWRhOnNlY3JldA==', 'Its scheme is not Bearer'],
  [`Token ${token}`, 'Its scheme is not Bearer'],
  [`Bearer ${token} ${token}`, 'It has several tokens'],
  [`Bearer ${token}, Bearer ${token}`, 'It has several tokens'],
  [`Bearer \t${token}`, 'Its token has characters that no token has'],
  [`Bearer ${token},`, 'Its token has characters that no token has'],
  [`Bearer ${token}é`, 'Its token has characters that no token has'],
  ['undefined', 'It has a placeholder'],
  ['Bearer [object Object]', 'It has a placeholder'],
  ['Bearer <token>', 'It has a placeholder'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's variable
  ['Bearer ${TOKEN}', 'It has a placeholder'],
  ['Bearer {{token}}', 'It has a placeholder'],
  ['Bearer …', 'It has a placeholder'],
])('the header %j is INVALID, and the message says why', (header, message) => {
  expect(() => readBearerToken(header)).toThrow(
    expect.objectContaining({
      extensions: { code: 'UNAUTHENTICATED', reason: 'INVALID' },
      message: expect.stringMatching(
        new RegExp(`^The header Authorization is malformed\\. ${message}.* ${rightForm.replace(/\W/g, '\\$&')}$`),
      ),
    }),
  );
  expect(findBearerToken(header)).toBeUndefined();
});

test.each([`Basic ${token}`, token, `Bearer: ${token}`, `${token} Bearer`])('never repeats %j', (header) => {
  expect(() => readBearerToken(header)).toThrow(expect.not.stringContaining(token));
});
