export interface RowSettings {
  /** Pixels between the items of a row. */
  gap: number;
  /** Width of every row, in pixels. */
  width: number;
  /** Height that rows come near to, in pixels. */
  height: number;
}

/** The size of an item, in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** Shapes beyond these would leave no room for a title, or be a line: they are shown whole in a frame of this shape. */
const narrowest = 0.6;
const widest = 4;

/**
 * Lays pictures out in rows that are as wide as the page, all pictures of a row equally high, in their own shapes. The last
 * row is not stretched. Takes `width / height` of each picture, and returns the size of each.
 */
export function justifiedRows(shapes: readonly number[], { gap, width, height }: RowSettings): Size[] {
  const sizes: Size[] = [];
  let row: number[] = [];
  /** The height of a row that fills the width. */
  const fullHeight = (items: readonly number[]) => (width - gap * (items.length - 1)) / sum(items);

  const end = (items: readonly number[], rowHeight = fullHeight(items)) => {
    const widths = items.map((shape) => Math.round(shape * rowHeight));
    // Takes what rounding has left of a row that fills the width.
    const rest = rowHeight === fullHeight(items) ? width - gap * (items.length - 1) - sum(widths) : 0;
    for (const [at, itemWidth] of widths.entries())
      sizes.push({ width: itemWidth + (at === widths.length - 1 ? rest : 0), height: Math.round(rowHeight) });
  };

  for (const shape of shapes) {
    const item = Math.min(widest, Math.max(narrowest, shape));
    const longer = [...row, item];
    if (fullHeight(longer) > height) {
      row = longer;
      continue;
    }
    // The row ends here: with this item if that is nearer to the height, otherwise before it.
    const isNearer = row.length === 0 || height / fullHeight(longer) <= fullHeight(row) / height;
    end(isNearer ? longer : row);
    row = isNearer ? [] : [item];
  }
  if (row.length > 0) end(row, Math.min(height, fullHeight(row)));
  return sizes;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
