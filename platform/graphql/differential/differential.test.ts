import { describe, test } from 'vitest';
import { hold, operationsOver } from './assert-equivalent.ts';
import { createRichSchema } from './rich-schema.ts';
import { moods } from './scenarios.ts';

describe('over a schema of all there is, the compiled executor does as graphql-js', () => {
  test.each(moods)('where resolvers answer $name', { timeout: 120_000 }, async (mood) => {
    const subject = { name: 'rich', schema: createRichSchema(mood), context: () => ({}) };
    await hold(subject, operationsOver(subject, 1_000));
  });
});
