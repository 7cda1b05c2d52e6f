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

/** A test or a suite of a file. */
interface Titled {
  isSuite: boolean;
  /** As it stands in the file, with placeholders. */
  title: string;
  start: number;
  end: number;
}

/** Lists the tests and suites of a file, also behind the tables of `.each` and the conditions of `.skipIf`. */
function titledIn(text: string): Titled[] {
  const found: Titled[] = [];
  for (const { index, 0: name, 1: callee } of text.matchAll(/^[ \t]*(test|it|describe)\b(?=[.(])/gm)) {
    let at = index + name.length;
    for (let member = /^\.\w+/.exec(text.slice(at)); member; member = /^\.\w+/.exec(text.slice(at))) {
      at += member[0].length;
      if (/^\.(each|for|skipIf|runIf)$/.test(member[0])) at = endOfBrackets(text, startOfArguments(text, at));
    }
    const argument = text.slice(at).search(/(?<=^\(\s*)['"`]/);
    if (argument < 0) continue;
    const title = text.slice(at + argument + 1, endOfString(text, at + argument) - 1);
    found.push({ isSuite: callee === 'describe', title, start: index, end: endOfBrackets(text, at) });
  }
  return found;
}

/** Lists the titles of tests and suites. */
export const testTitles = (text: string): string[] => titledIn(text).map(({ title }) => title);

/** Lists the titles of tests behind those of their suites, as Vitest prints them: `suite > test`. */
export function fullTestTitles(text: string): string[] {
  const titled = titledIn(text);
  return titled
    .filter(({ isSuite }) => !isSuite)
    .map(({ start, title }) => {
      const suites = titled.filter((each) => each.isSuite && each.start < start && start < each.end);
      return [...suites.map((suite) => suite.title), title].join(' > ');
    });
}
