import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { HttpError } from '../../http/responses.ts';
import { isJsonTooDeep, parseJson } from '../../json.ts';
import { type FilePlace, readFileMap, shorten } from './file-map.ts';

/** Collects the parts of one GraphQL multipart request, in the order in which they arrive. */
export interface MultipartRequest {
  addField(name: string, text: string): void;
  addFile(name: string | undefined, content: Readable): void;
  /** Returns the error of the parts so far. */
  error(): HttpError | undefined;
  /** Returns the operation with its files, after the last part. */
  finish(): { body: object } | { error: HttpError };
}

/**
 * Creates a request of the GraphQL multipart request specification, whose files become base64 where `map` puts them:
 * `operations` and `map` come first, so that each file has its place before it is read.
 * https://github.com/jaydenseric/graphql-multipart-request-spec
 */
export function createMultipartRequest(maxDepth: number): MultipartRequest {
  let operations: object | undefined;
  let places: ReadonlyMap<string, FilePlace> | undefined;
  const files = new Set<string>();
  let problem: string | undefined;

  const fail = (message: string) => {
    problem ??= message;
  };

  const parse = (name: string, text: string): object | undefined => {
    const isTooDeep = isJsonTooDeep(Buffer.from(text), maxDepth);
    const value = isTooDeep ? undefined : parseJson(text.replace(byteOrderMark, ''));
    if (isTooDeep) fail(`${name} is nested over ${maxDepth} levels deep: send one that is flatter.`);
    else if (typeof value !== 'object' || value === null) fail(`${name} must be a JSON object.`);
    else return value;
    return undefined;
  };

  const addOperations = (text: string) => {
    if (operations) return fail('operations comes twice: send one operation.');
    operations = parse('operations', text);
    if (Array.isArray(operations)) fail('operations must be one operation: batches are not supported.');
  };

  const addMap = (text: string) => {
    if (!operations) return fail(inOrder);
    if (places) return fail('map comes twice: send one.');
    const map = parse('map', text);
    const read = map && readFileMap(map, operations);
    if (read && 'problem' in read) fail(read.problem);
    else places = read?.places;
  };

  return {
    addField: (name, text) => {
      if (!problem) (name === 'operations' ? addOperations : addMap)(text);
    },
    addFile: (name, content) => {
      if (problem || !operations || !places || name === undefined) {
        fail(name === undefined ? 'A part has no name.' : inOrder);
        content.resume();
        return;
      }
      const place = places.get(name);
      if (!place) fail(`There is a file ${shorten(name)}, and map has no place for it.`);
      if (files.has(name)) fail(`The file ${shorten(name)} comes twice.`);
      files.add(name);
      if (place && !problem) receiveFile(content, place);
      else content.resume();
    },
    error: () => (problem === undefined ? undefined : badRequest(problem)),
    finish: () => {
      if (!problem && (!operations || !places)) fail(inOrder);
      const missing = [...(places?.keys() ?? [])].find((name) => !files.has(name));
      if (missing !== undefined) fail(`map has a place for the file ${shorten(missing)}, which did not come.`);
      return problem === undefined && operations ? { body: operations } : { error: badRequest(problem ?? inOrder) };
    },
  };
}

/** Some editors begin each file with it. */
const byteOrderMark = /^\ufeff/;

const inOrder =
  'Send the part operations first, such as {"query":"…","variables":{"file":null}}, then map, such as {"0":["variables.file"]}, then the files. A request without files is JSON, with the header: Content-Type: application/json.';

export const badRequest = (message: string): HttpError => ({ status: 400, code: 'BAD_REQUEST', message });

/** Encodes a file piece by piece: the decoder keeps up to two bytes for the next one. */
function receiveFile(content: Readable, { put }: FilePlace): void {
  const base64 = new StringDecoder('base64');
  let text = '';
  content.on('data', (chunk: Buffer) => {
    text += base64.write(chunk);
  });
  content.on('end', () => put(text + base64.end()));
}
