/**
 * Prepares the statement of each shape once. A shape says which columns, bounds and conditions a statement has, never
 * their values, so that the cache stays small without a limit.
 */
export function createStatementCache<Shape, Statement>(
  prepare: (shape: Shape) => Statement,
): (shape: Shape) => Statement {
  const statements = new Map<string, Statement>();
  return (shape) => {
    const key = JSON.stringify(shape);
    const statement = statements.get(key) ?? prepare(shape);
    statements.set(key, statement);
    return statement;
  };
}
