import { apiErrors, type ErrorCode, graphqlErrors, internalError } from '../../error-codes.ts';
import { type GeneratedFile, header } from './outputs.ts';

const codes: Record<string, ErrorCode> = { ...apiErrors, ...internalError, ...graphqlErrors };

/** Generates a module with the types and keys of the extensions of every error code. */
export function clientErrorDetails(file: string): GeneratedFile[] {
  const entries = Object.entries(codes);
  const types = entries.map(
    ([code, { when, extensions }]) => `  /** ${sentence(when)} */\n  ${code}: ${typeOf(extensions)};\n`,
  );
  const keys = entries.map(([code, { extensions = [] }]) => `  ${code}: [${keysOf(extensions).join(', ')}],\n`);
  const content = [
    header,
    '\n/** One invalid field of an input. `field` is its path in the input, such as `image.data`. */\n',
    'export interface ValidationIssue {\n  field: string;\n  message: string;\n}\n\n',
    '/** The closed list of error codes, each with the details of its error. */\n',
    `export interface ErrorDetailsByCode {\n${types.join('')}}\n\n`,
    '/** The names of those details. */\n',
    `export const errorDetailKeys: Record<keyof ErrorDetailsByCode, readonly string[]> = {\n${keys.join('')}};\n`,
  ];
  return [{ file, content: content.join(''), holdsDocuments: false }];
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function typeOf(shapes: ErrorCode['extensions'] = []): string {
  const types = shapes.map((shape) => {
    const fields = Object.entries(shape).map(([key, type]) => `${key}: ${valueType(type)}`);
    return `{ ${fields.join('; ')} }`;
  });
  return types.join(' | ') || 'Record<never, never>';
}

const valueType = (type: string | readonly string[]) =>
  typeof type === 'string' ? type : type.map((value) => `'${value}'`).join(' | ');

function keysOf(shapes: NonNullable<ErrorCode['extensions']>): string[] {
  const keys = shapes.flatMap((shape) => Object.keys(shape).map((key) => `'${key.replace(/\?$/, '')}'`));
  return [...new Set(keys)];
}
