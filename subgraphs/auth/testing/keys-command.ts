import { expect } from 'vitest';
import { run } from '../../../tests/support/systems/spawned.ts';

/** The command as an operator runs it, to its end; whatever it says, it says nothing of a key itself. */
export async function keys(args: string[], env: Record<string, string> = {}) {
  const process = run('subgraphs/auth/tokens/main.ts', env, ...args);
  const code = await process.exitCode;
  const said = { code, out: process.stdout(), err: process.stderr() };
  // The beginning of every PEM, and the lines of a stack.
  expect(`${said.out}${said.err}`).not.toMatch(/PRIVATE KEY|MIIE|^\s+at /m);
  return said;
}
