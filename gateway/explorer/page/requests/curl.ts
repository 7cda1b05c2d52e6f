import type { SharedOperation } from './redact.ts';

/** Linux passes an argument of up to 128 KiB to a program. */
const maxCommandBytes = 100_000;

/**
 * Writes a request as a curl command for a POSIX shell. The token comes from the shell's variable TOKEN. With the path of
 * an image's data, the command is a multipart request, and the image's file comes from the variable FILE. Undefined if the
 * command would be too long.
 */
export function toCurl({
  endpoint,
  operation: { query, variables, operationName },
  hasToken,
  imagePath,
}: {
  endpoint: string;
  operation: SharedOperation & { operationName: string | undefined };
  hasToken: boolean;
  imagePath: readonly string[] | undefined;
}): string | undefined {
  const sent = imagePath ? withValue(variables, imagePath, null) : variables;
  const request = JSON.stringify({ query, variables: sent, ...(operationName !== undefined && { operationName }) });
  const body = imagePath
    ? [
        // Not -F, which reads a semicolon as the end of the text.
        `--form-string ${quote(`operations=${request}`)}`,
        `--form-string ${quote(`map=${JSON.stringify({ 0: [['variables', ...imagePath].join('.')] })}`)}`,
        `-F "0=@\${FILE:?set FILE to the path of an image}"`,
      ]
    : ["-H 'content-type: application/json'", `--data-raw ${quote(request)}`];
  const lines = [`curl -sS ${quote(endpoint)}`, ...(hasToken ? ['-H "authorization: Bearer $TOKEN"'] : []), ...body];
  const command = lines.join(' \\\n  ');
  return new TextEncoder().encode(command).length > maxCommandBytes ? undefined : command;
}

/** A word in which a POSIX shell replaces nothing (Shell Command Language, section 2.2.2). */
const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

function withValue(parent: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: null): object {
  const child = parent[key];
  const isParent = typeof child === 'object' && child !== null;
  return { ...parent, [key]: rest.length === 0 ? value : withValue(isParent ? { ...child } : {}, rest, value) };
}
