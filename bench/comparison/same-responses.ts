import { isDeepStrictEqual } from 'node:util';
import type { Child } from '../harness/child.ts';
import { queryOf } from '../harness/queries.ts';
import { sendOperation } from '../harness/request.ts';
import type { User } from '../harness/users.ts';
import { baseline, type Variant } from '../harness/variants.ts';

const comparedQueries = ['q1', 'q2', 'q3', 'unseen'] as const;
const meQuery = JSON.stringify({ query: '{ me { id } }' });

/**
 * Throws unless all gateways send the same responses, different for each user: then they do the same work, and forward the
 * token to both subgraphs. Returns the response to Q1.
 */
export async function requireSameResponses(
  gateways: ReadonlyMap<Variant, Child>,
  [one, other]: readonly [User, User],
): Promise<string> {
  const reference = gateways.get(baseline);
  if (!reference) throw new Error(`${baseline} is not among the gateways.`);
  for (const name of comparedQueries) {
    const { body } = queryOf(name);
    for (const user of [one, other]) {
      const expected = await sendOperation(reference.url, body(user, 0), user.authorization);
      requireFull(expected.text, name);
      for (const [variant, { url }] of gateways) {
        const { status, data, errors, text } = await sendOperation(url, body(user, 0), user.authorization);
        if (status === 200 && !errors && isDeepStrictEqual(data, expected.data)) continue;
        throw new Error(`The responses of ${variant} and ${baseline} to ${name} differ:\n${text}\n${expected.text}`);
      }
    }
  }
  for (const [variant, { url }] of gateways) await requireToken(variant, url, [one, other]);
  const { body } = queryOf('q1');
  return (await sendOperation(reference.url, body(one, 0), one.authorization)).text;
}

/** Empty responses would be the same for all gateways, and measure nothing. */
function requireFull(text: string, name: string): void {
  const resources = text.match(/"title":/g)?.length ?? 0;
  if (resources !== 20) throw new Error(`The response to ${name} has ${resources} resources instead of 20:\n${text}`);
}

async function requireToken(variant: string, url: string, users: readonly [User, User]): Promise<void> {
  for (const { id, authorization } of users) {
    const { data, text } = await sendOperation(url, meQuery, authorization);
    if (!isDeepStrictEqual(data, { me: { id } })) throw new Error(`${variant} does not forward the token:\n${text}`);
  }
  const without = await sendOperation(url, queryOf('q1').body(users[0], 0));
  const isRejected = without.errors?.length && !/"title":/.test(without.text);
  if (!isRejected) throw new Error(`${variant} sends data without a token:\n${without.text}`);
}
