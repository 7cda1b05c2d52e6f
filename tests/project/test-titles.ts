const pairs: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/** Index after the string or template that begins at `start`. */
function endOfString(text: string, start: number): number {
  const quote = text[start];
  let at = start + 1;
  while (at < text.length && text[at] !== quote) {
    if (text[at] === '\\') at += 2;
    else if (quote === '`' && text.startsWith('${', at)) at = endOfBrackets(text, at + 1);
    else at += 1;
  }
  return at + 1;
}

/** Index after the regular expression, comment or single character at `start`. */
function endOfSlash(text: string, start: number): number {
  if (text.startsWith('//', start)) return text.indexOf('\n', start);
  if (text.startsWith('/*', start)) return text.indexOf('*/', start) + 2;
  const isDivision = /[\w)\]'"`]$/.test(text.slice(Math.max(0, start - 40), start).trimEnd());
  const expression = isDivision ? null : /^\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/.exec(text.slice(start));
  return start + (expression?.[0].length ?? 1);
}

/** Index after the bracket that closes the one at `start`. */
function endOfBrackets(text: string, start: number): number {
  const close = pairs[text[start] ?? ''];
  let at = start + 1;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (char === close) return at + 1;
    if (char in pairs) at = endOfBrackets(text, at);
    else if (/['"`]/.test(char)) at = endOfString(text, at);
    else if (char === '/') at = endOfSlash(text, at);
    else at += 1;
  }
  throw new Error(`No ${close} closes line ${text.slice(0, start).split('\n').length}.`);
}

/** Index of the parenthesis at `start`, or after the type arguments there. */
function startOfArguments(text: string, start: number): number {
  return start + text.slice(start).search(text[start] === '<' ? /(?<=[^=]>)\(/ : /\(/);
}

/** Lists the titles of tests and suites, also behind the tables of `.each` and the conditions of `.skipIf`. */
export function testTitles(text: string): string[] {
  const titles: string[] = [];
  for (const { index, 0: start } of text.matchAll(/^[ \t]*(?:test|it|describe)\b(?=[.(])/gm)) {
    let at = index + start.length;
    for (let name = /^\.\w+/.exec(text.slice(at)); name; name = /^\.\w+/.exec(text.slice(at))) {
      at += name[0].length;
      if (/^\.(each|for|skipIf|runIf)$/.test(name[0])) at = endOfBrackets(text, startOfArguments(text, at));
    }
    const argument = text.slice(at).search(/(?<=^\(\s*)['"`]/);
    if (argument >= 0) titles.push(text.slice(at + argument + 1, endOfString(text, at + argument) - 1));
  }
  return titles;
}
