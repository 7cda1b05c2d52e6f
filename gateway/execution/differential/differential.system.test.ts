import { describeEquivalence } from './equivalence-suite.ts';

describeEquivalence({ operations: 200, edgeCaseSeeds: 8 });
