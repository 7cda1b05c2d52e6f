import { AnswerError } from './errors.ts';

/** What an answer without errors has at its root. */
export function given<Value>(value: Value | null): Value {
  if (value === null) throw new AnswerError('The answer holds neither what was asked for nor an error.', 200);
  return value;
}
