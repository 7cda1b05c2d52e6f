import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparable, fileNamesOf } from './file-names.ts';

const id = '01a23107-5510-73a8-9137-58991c808120';

function namesOf(title: string, contentType = 'image/jpeg') {
  const image = { url: '', contentType, width: 1, height: 1, sizeBytes: 1, sha256: '' };
  return fileNamesOf({ id, title, image });
}

test.each([
  ['Sunset', 'Sunset.jpg'],
  ['Sunset.JPEG', 'Sunset.JPEG'],
  ['Sunset.png', 'Sunset.png.jpg'],
  ['../../etc/passwd', '_.._etc_passwd.jpg'],
  ['..', `${id}.jpg`],
  ['.bashrc', 'bashrc.jpg'],
  ['a\\b:c*d?e"f<g>h|i', 'a_b_c_d_e_f_g_h_i.jpg'],
  ['con', '_con.jpg'],
  ['LPT1.backup', '_LPT1.backup.jpg'],
  ['clear\u001b[2J\n', 'clear_[2J_.jpg'],
  ['gpj.\u202eexe', 'gpj._exe.jpg'],
  ['trailing. . ', 'trailing.jpg'],
  ['\ud800', '_.jpg'],
])('names the file of %j %j', (title, expected) => {
  expect(namesOf(title)[0]).toBe(expected);
});

test.each([
  ['image/gif', 'x.gif'],
  ['image/png', 'x.png'],
  ['image/unheard', 'x.bin'],
])('has the extension of %s', (contentType, expected) => {
  expect(namesOf('x', contentType)).toEqual([expected, expected.replace('.', `-${id}.`)]);
});

test('any title gives names that stay in the folder, are not hidden, and fit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (title) => {
      for (const name of namesOf(title)) {
        expect(name).toMatch(/^[^./\\\s][^/\\\p{Control}\p{Bidi_Control}:]*\.[a-z]+$/iu);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        expect(Buffer.from(name).toString()).toBe(name);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('compares names as file systems do that ignore case and normalisation', () => {
  expect(comparable('Ä.JPG')).toBe(comparable('a\u0308.jpg'));
});
