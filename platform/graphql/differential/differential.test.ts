import { describe, test } from 'vitest';
import { assertEquivalent, operationsOver } from './assert-equivalent.ts';
import { createRichSchema } from './rich-schema.ts';
import { scenarios } from './scenarios.ts';

// A sample that takes seconds; differential.system.test.ts runs the whole number.
describe('over a schema with every feature, the compiled executor is equivalent to graphql-js', () => {
  test.each(scenarios)('when resolvers respond $name', { timeout: 120_000 }, async (scenario) => {
    const subject = { name: 'rich', schema: createRichSchema(scenario), context: () => ({}) };
    await assertEquivalent(subject, operationsOver(subject, 80));
  });
});
