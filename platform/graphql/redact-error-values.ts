/** The token that a syntax error names. */
const token = / (Name|Int|Float|String|BlockString) ".*"\.$/s;
const path = / at "[\w.[\]]+"$/;

/** Messages of graphql-js that end with a value, and what remains of each. */
const beforeValues: [pattern: RegExp, without: string][] = [
  [/^((?:Int|Float|String|Boolean|ID|Enum "\w+") cannot represent [^:]*): .*$/s, '$1.'],
  [/^(Expected value of type "[^"]*"), found .*$/s, '$1.'],
  [/^Value ".*" (does not exist in "\w+" enum\.)/s, 'The value $1'],
  [/^(Argument "\w+" has) invalid value .*$/s, '$1 an invalid value.'],
];

/**
 * Removes values from a message of graphql-js about a document or its variables: they may be a password, a token or a
 * whole image, and the client knows them. `reason` is the message of the original error, if there is one: it says what is
 * wrong with one value inside a variable.
 */
export function redactErrorValues(message: string, reason = ''): string {
  if (message.startsWith('Syntax Error: ')) return message.replace(token, ' $1.');
  const [, variable] = /^(Variable "\$\w+" got) invalid value /.exec(message) ?? [];
  if (variable === undefined) return withoutEndingValue(message);
  const concernsOneValue = reason !== '' && message.endsWith(`; ${reason}`);
  if (!concernsOneValue) return `${variable} an invalid value.`;
  const [at = ''] = path.exec(message.slice(0, -`; ${reason}`.length)) ?? [];
  return `${variable} an invalid value${at}; ${withoutEndingValue(reason)}`;
}

function withoutEndingValue(message: string): string {
  return beforeValues.reduce((left, [pattern, without]) => left.replace(pattern, without), message);
}
