import { expect } from 'vitest';
import { run } from '../../../tests/support/systems/spawned.ts';

/** Runs `npm run keys` to its end, and checks that its output contains neither a key nor a stack trace. */
export async function runKeys(args: string[], env: Record<string, string> = {}) {
  const process = run('subgraphs/auth/keys-command.ts', env, ...args);
  const code = await process.exitCode;
  const result = { code, out: process.stdout(), err: process.stderr() };
  // MIIE: the beginning of every RSA private key in PEM.
  expect(`${result.out}${result.err}`).not.toMatch(/PRIVATE KEY|MIIE|^\s+at /m);
  return result;
}
