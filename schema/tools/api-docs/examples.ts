import { readFileSync } from 'node:fs';
import { Kind, parse } from 'graphql';

/** An example request. Its texts contain placeholders `{{name.path}}` for values of earlier responses. */
export interface Example {
  name: string;
  /** An explanation; may be empty. */
  prose: string;
  /** The root fields of the operation. */
  fields: string[];
  /** The access token, or a placeholder. */
  token: string | undefined;
  document: string;
  /** JSON. */
  variables: string | undefined;
}

/** Responses by the name of the example. */
export type Answers = ReadonlyMap<string, unknown>;

const folder = new URL('../../examples/', import.meta.url);

/** The order in which the examples run: each may use the responses before it, and log-ins follow log-outs. */
export const order = [
  'register',
  'log-in',
  'me',
  'without-a-token',
  'create-resource',
  'wrong-input',
  'resources',
  'resource',
  'node',
  'nodes',
  'update-resource',
  'outdated-version',
  'delete-resource',
  'sessions',
  'create-personal-access-token',
  'personal-access-tokens',
  'revoke-personal-access-token',
  'end-session',
  'refresh-session',
  'log-out',
  'log-in',
  'log-out-everywhere',
  'log-in',
  'change-password',
  'delete-account',
] as const;

/** Reads `<name>.graphql` and, if it exists, `<name>.variables.json`. */
export function readExample(name: string): Example {
  const text = read(`${name}.graphql`) ?? '';
  const comments = [...text.matchAll(/^# (.*)\n/gm)].map(([, comment = '']) => comment);
  const [token] = comments.flatMap((comment) => /^Authorization: (.+)$/.exec(comment)?.[1] ?? []);
  return {
    name,
    prose: comments.filter((comment) => !comment.startsWith('Authorization: ')).join(' '),
    fields: rootFields(text),
    token,
    document: text.replace(/^#.*\n/gm, '').trim(),
    variables: read(`${name}.variables.json`)?.trim(),
  };
}

/** The file with the recorded response of an example; tests/e2e/api-examples.test.ts writes it. */
export const answerFile = (name: string): URL => new URL(`${name}.answer.json`, folder);

/** The file with the costs of all examples by name; the same test writes it. */
export const costsFile = new URL('costs.json', folder);

/** Replaces placeholders with values of earlier responses. Throws if a value is missing. */
export function fill(text: string, answers: Answers): string {
  return text.replace(/\{\{([\w-]+)\.([\w.]+)\}\}/g, (place, name: string, path: string) => {
    const value = path.split('.').reduce((found: unknown, key) => Object(found)[key], Object(answers.get(name)).data);
    if (typeof value !== 'string') throw new Error(`No earlier response has a value for ${place}.`);
    return value;
  });
}

function rootFields(text: string): string[] {
  const [operation] = parse(text).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`An example must be a single operation: ${text}`);
  return operation.selectionSet.selections.flatMap((node) => (node.kind === Kind.FIELD ? node.name.value : []));
}

function read(name: string): string | undefined {
  try {
    return readFileSync(new URL(name, folder), 'utf8');
  } catch {
    return undefined;
  }
}
