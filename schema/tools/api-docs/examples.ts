import { readFileSync } from 'node:fs';
import { Kind, parse } from 'graphql';

/** One request and what it was answered. The texts have `{{name.path}}` where a value of an earlier answer goes. */
export interface Example {
  name: string;
  /** What is to be said of it; may be empty. */
  prose: string;
  /** The fields of the root that it asks for. */
  fields: string[];
  /** The access token that it is sent with. */
  token: string | undefined;
  document: string;
  /** JSON. */
  variables: string | undefined;
}

/** Answers by the name of the example, as they came. */
export type Answers = ReadonlyMap<string, unknown>;

const folder = new URL('../../examples/', import.meta.url);

/** The order in which the examples run: each takes from the answers of those before it. Who logged out logs in again. */
export const order = [
  'register',
  'log-in',
  'me',
  'without-a-token',
  'create-resource',
  'wrong-input',
  'resources',
  'resource',
  'update-resource',
  'outdated-version',
  'delete-resource',
  'sessions',
  'end-session',
  'refresh-session',
  'log-out',
  'log-in',
  'log-out-everywhere',
  'log-in',
  'change-password',
  'delete-account',
] as const;

/** The example `<name>.graphql`, with `<name>.variables.json` where there is one. */
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

/** Where the answer of an example is kept, which a test records: see tests/e2e/api-examples.test.ts. */
export const answerFile = (name: string): URL => new URL(`${name}.answer.json`, folder);

/** Puts values of earlier answers in their places. Throws where there is none. */
export function fill(text: string, answers: Answers): string {
  return text.replace(/\{\{([\w-]+)\.([\w.]+)\}\}/g, (place, name: string, path: string) => {
    const value = path.split('.').reduce((found: unknown, key) => Object(found)[key], Object(answers.get(name)).data);
    if (typeof value !== 'string') throw new Error(`No answer before this one has ${place}.`);
    return value;
  });
}

function rootFields(text: string): string[] {
  const [operation] = parse(text).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`An example is one operation: ${text}`);
  return operation.selectionSet.selections.flatMap((node) => (node.kind === Kind.FIELD ? node.name.value : []));
}

function read(name: string): string | undefined {
  try {
    return readFileSync(new URL(name, folder), 'utf8');
  } catch {
    return undefined;
  }
}
