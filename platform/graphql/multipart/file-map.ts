/** Place of a file in the operation: a null that its content replaces. */
export interface FilePlace {
  path: string;
  put: (content: string) => void;
}

/** The places of a request's files, by the names of their parts; or a sentence that says what is wrong with the map. */
export type FileMap = { places: ReadonlyMap<string, FilePlace> } | { problem: string };

/** Limit of the files of one request. */
export const maxFiles = 4;

/**
 * Reads the map of a GraphQL multipart request: `{"0":["variables.input.image.data"]}`. Each file has one place, which no
 * other file has.
 */
export function readFileMap(map: object, operations: object): FileMap {
  if (Array.isArray(map)) return { problem: `map must be an object, such as ${example}.` };
  const entries = Object.entries(map as Record<string, unknown>);
  if (entries.length > maxFiles)
    return { problem: `A request may have ${maxFiles} files: send the others in another.` };
  const places = new Map<string, FilePlace>();
  const paths = new Set<string>();
  for (const [name, value] of entries) {
    const [path, ...others] = Array.isArray(value) ? (value as unknown[]) : [];
    if (typeof path !== 'string' || others.length > 0)
      return { problem: `map must have an array of one path for each file, such as ${example}.` };
    if (paths.has(path)) return { problem: `map has the path ${shorten(path)} twice: a place takes one file.` };
    paths.add(path);
    const put = findPlace(operations, path);
    if (!put) return { problem: `map has the path ${shorten(path)}, and operations has no null there.` };
    places.set(name, { path, put });
  }
  return { places };
}

const example = '{"0":["variables.input.image.data"]}';

/** Quotes what a client sent, or the beginning of it. */
export const shorten = (text: string) => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);

/** Finds a null below `variables` by names of fields and indices of lists. Looks at no inherited property. */
function findPlace(operations: object, path: string): FilePlace['put'] | undefined {
  const [root, ...names] = path.split('.');
  const last = names.pop();
  if (root !== 'variables' || last === undefined) return undefined;
  let parent: unknown = operations;
  for (const name of [root, ...names]) parent = memberOf(parent, name);
  if (memberOf(parent, last) !== null) return undefined;
  return (content) => {
    (parent as Record<string, unknown>)[last] = content;
  };
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value) && !/^\d+$/.test(name)) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}
