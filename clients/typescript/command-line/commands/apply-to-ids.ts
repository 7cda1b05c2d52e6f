import { isApiError } from '../../node.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface Application {
  ids: readonly string[];
  terminal: Terminal;
  /** The word for success, such as `deleted`. */
  outcome: string;
  apply(id: string): Promise<void>;
}

/** Applies an operation to each id, and reports those that fail by themselves. Resolves to the exit code. */
export async function applyToIds({ ids, terminal, outcome, apply }: Application): Promise<number> {
  let code = 0;
  for (const id of new Set(ids)) {
    try {
      await apply(id);
      terminal.print([id, outcome], { id, outcome });
    } catch (error) {
      if (!isApiError(error, 'NOT_FOUND', 'BAD_USER_INPUT', 'CONFLICT')) throw error;
      terminal.warn(`${id}: ${error.message}`);
      terminal.record({ id, outcome: 'failed', code: error.code, message: error.message });
      code = 1;
    }
  }
  return code;
}
