/** A document or plan that only the stock executor can run. Thrown while compiling, before any subgraph is asked. */
export class UnsupportedPlanError extends Error {}
