/** What a parser found where it expected something else: whatever was meant by it. */
const token = / (Name|Int|Float|String|BlockString) ".*"\.$/s;
const path = / at "[\w.[\]]+"$/;

/** What graphql-js writes before a value that it repeats, to the end of the message. */
const beforeValues: [pattern: RegExp, without: string][] = [
  [/^((?:Int|Float|String|Boolean|ID|Enum "\w+") cannot represent [^:]*): .*$/s, '$1.'],
  [/^(Expected value of type "[^"]*"), found .*$/s, '$1.'],
  [/^Value ".*" (does not exist in "\w+" enum\.)/s, 'The value $1'],
  [/^(Argument "\w+" has) invalid value .*$/s, '$1 an invalid value.'],
];

/**
 * What graphql-js says is wrong with a document or with variables, without the values that it repeats: they may be a
 * password, a token or a whole image, and whoever sent them knows them. `reason` is the message of the error that it is
 * about, where there is one: what is wrong with the one value within a variable.
 */
export function redactErrorValues(message: string, reason = ''): string {
  if (message.startsWith('Syntax Error: ')) return message.replace(token, ' $1.');
  const [, variable] = /^(Variable "\$\w+" got) invalid value /.exec(message) ?? [];
  if (variable === undefined) return withoutValue(message);
  const isOfOne = reason !== '' && message.endsWith(`; ${reason}`);
  if (!isOfOne) return `${variable} an invalid value.`;
  const [place = ''] = path.exec(message.slice(0, -`; ${reason}`.length)) ?? [];
  return `${variable} an invalid value${place}; ${withoutValue(reason)}`;
}

function withoutValue(message: string): string {
  return beforeValues.reduce((left, [pattern, without]) => left.replace(pattern, without), message);
}
