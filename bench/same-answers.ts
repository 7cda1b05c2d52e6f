import { isDeepStrictEqual } from 'node:util';
import { ask } from './ask.ts';
import type { Child } from './child.ts';
import { queryOf } from './queries.ts';
import { against, type Variant } from './sides.ts';
import type { Person } from './users.ts';

const compared = ['q1', 'q2', 'q3', 'unseen'] as const;
const whoAmI = JSON.stringify({ query: '{ me { id } }' });

/**
 * Throws unless every side gives the same answers, and gives each person their own: then what is measured is the same
 * work, and the token arrives at both subgraphs. Gives the text of the answer to Q1.
 */
export async function requireSameAnswers(
  sides: ReadonlyMap<Variant, Child>,
  [one, other]: readonly [Person, Person],
): Promise<string> {
  const stock = sides.get(against);
  if (!stock) throw new Error(`${against} is not among the sides.`);
  for (const name of compared) {
    const { body } = queryOf(name);
    for (const person of [one, other]) {
      const expected = await ask(stock.url, body(person, 0), person.authorization);
      requireFull(expected.text, name);
      for (const [variant, { url }] of sides) {
        const { status, data, errors, text } = await ask(url, body(person, 0), person.authorization);
        if (status === 200 && !errors && isDeepStrictEqual(data, expected.data)) continue;
        throw new Error(`${variant} answers ${name} otherwise than ${against}:\n${text}\n${expected.text}`);
      }
    }
  }
  for (const [variant, { url }] of sides) await requireToken(variant, url, [one, other]);
  const { body } = queryOf('q1');
  return (await ask(stock.url, body(one, 0), one.authorization)).text;
}

/** An answer of nothing would be the same for all and measure nothing. */
function requireFull(text: string, name: string): void {
  const resources = text.match(/"title":/g)?.length ?? 0;
  if (resources !== 20) throw new Error(`${name} is to be answered with 20 resources, not with ${resources}:\n${text}`);
}

async function requireToken(variant: string, url: string, people: readonly [Person, Person]): Promise<void> {
  for (const { id, authorization } of people) {
    const { data, text } = await ask(url, whoAmI, authorization);
    if (!isDeepStrictEqual(data, { me: { id } })) throw new Error(`${variant} asks for somebody else:\n${text}`);
  }
  const without = await ask(url, queryOf('q1').body(people[0], 0));
  const isRefused = without.errors?.length && !/"title":/.test(without.text);
  if (!isRefused) throw new Error(`${variant} answers without a token:\n${without.text}`);
}
