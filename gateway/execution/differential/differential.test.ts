import { describeEquivalence } from './equivalence-suite.ts';

// A sample that takes seconds; differential.system.test.ts runs the whole number.
describeEquivalence({ operations: 20, edgeCaseSeeds: 2 });
