import { z } from 'zod';
import { ErrorAnswer } from './answers.ts';

const bytes = z.string('data must be the image as base64').transform((text, context) => {
  const decoded = Buffer.from(text, 'base64');
  // Buffer passes over what is not base64; only what it writes the same way again was base64 throughout.
  if (decoded.toString('base64') !== text) context.addIssue('data must be base64, padded, without a data: prefix');
  else if (decoded.length === 0) context.addIssue('data must hold an image; it is empty');
  return decoded;
});

const contentType = z.enum(
  ['image/gif', 'image/jpeg', 'image/png'],
  'contentType must be image/gif, image/jpeg or image/png',
);

const notAnObject = 'The body must be a JSON object with data and contentType';

const wholeImage = z.object({ data: bytes, contentType }, notAnObject);

const partOfImage = z
  .object({ data: bytes.optional(), contentType: contentType.optional() }, notAnObject)
  .refine(({ data, contentType }) => data || contentType, 'The body must have data or contentType');

/** The image of a POST or PUT. Fields it does not know are ignored; throws a refusal that names all faults. */
export function parseImage(body: unknown) {
  const { data, contentType } = parse(wholeImage, body);
  return { bytes: data, contentType };
}

/** The change of a PATCH: at least one of bytes and contentType. Throws a refusal that names all faults. */
export function parseChange(body: unknown) {
  const { data, contentType } = parse(partOfImage, body);
  return { bytes: data, contentType };
}

function parse<Input extends z.ZodType>(input: Input, body: unknown): z.output<Input> {
  const result = input.safeParse(body);
  if (result.success) return result.data;
  throw new ErrorAnswer(400, `${result.error.issues.map(({ message }) => message).join('; ')}.`);
}
