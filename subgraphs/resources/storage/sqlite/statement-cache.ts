/** Prepares a statement for each shape once. The shapes are few: which columns, bounds and conditions a statement has. */
export function remember<Shape, Statement>(prepare: (shape: Shape) => Statement): (shape: Shape) => Statement {
  const prepared = new Map<string, Statement>();
  return (shape) => {
    const key = JSON.stringify(shape);
    const known = prepared.get(key) ?? prepare(shape);
    prepared.set(key, known);
    return known;
  };
}
