import { setTimeout } from 'node:timers/promises';
import type { Told } from './checker.ts';
import { type Client, clientOf, isShown, type Picture, pictures } from './client.ts';
import { tokenOf } from './keys.ts';
import { oneOf, type Random } from './random.ts';

/** Users who do all that can be done, whatever becomes of the processes that they ask. */
export interface Load {
  /** What answers were errors: codes that only a bug or a loss gives. */
  surprises: string[];
  /** How many mutations were answered with success. */
  successes(): number;
  /** How many were not answered, as their process was killed. */
  unanswered(): number;
  /** Ends when everybody has heard of what they asked for last. */
  stop(): Promise<void>;
  /** Asks again for every create with a key whose outcome nobody knows, until it is known. */
  learn(url: string): Promise<void>;
}

interface Wanted {
  user: string;
  input: { picture: Picture; description: string; idempotencyKey: string };
}

const expectable = ['CONFLICT', 'IMAGE_SERVICE_UNAVAILABLE', 'SERVICE_UNAVAILABLE'];
const waitMs = 500;
const longestRequestMs = 15_000;

/** `urls` are those of the processes that serve just now. */
export function startLoad(settings: { users: number; urls: () => string[]; told: Told; random: Random }): Load {
  const { users, urls, told, random } = settings;
  const surprises: string[] = [];
  const unknown: Wanted[] = [];
  let unanswered = 0;
  let isStopping = false;

  const look = (what: string, answer: Awaited<ReturnType<Client['create']>> | undefined) => {
    if (!answer || isShown(answer)) return answer;
    if (!expectable.includes(answer.code)) surprises.push(`${what}: ${JSON.stringify(answer)}`);
    return undefined;
  };

  const createAs = async (user: string, client: Client, description: string) => {
    const picture = oneOf(random, pictures) as Picture;
    if (random() < 0.5) return look('create', await client.create({ picture, description }))?.id;
    const input = { picture, description, idempotencyKey: description };
    const wanted = { user, input };
    unknown.push(wanted);
    const created = look('create with a key', await client.create(input));
    if (created) unknown.splice(unknown.indexOf(wanted), 1);
    return created?.id;
  };

  const act = async (user: string, client: Client, mine: string[], description: string) => {
    const dice = random();
    const id = oneOf(random, mine);
    if (id === undefined || dice < 0.4) {
      const created = await createAs(user, client, description);
      if (created !== undefined) mine.push(created);
    } else if (dice < 0.6) look('update of texts', await client.update({ id, title: description }));
    else if (dice < 0.85)
      look('update of an image', await client.update({ id, picture: oneOf(random, pictures) as Picture }));
    else {
      // Whatever it is answered: of what may be gone nothing more is asked.
      mine.splice(mine.indexOf(id), 1);
      look('deletion', await client.delete(id));
    }
  };

  const live = async (user: string) => {
    const token = tokenOf(user);
    const mine: string[] = [];
    for (let count = 0; !isStopping; count += 1) {
      const url = oneOf(random, urls());
      // A process that is killed answers nobody, which is no surprise here.
      if (url)
        await within(act(user, clientOf(url, token, told), mine, `${user} ${count}`)).catch(() => {
          unanswered += 1;
        });
      await setTimeout(waitMs);
    }
  };
  const lives = Array.from({ length: users }, (_, at) => live(`user ${at}`));

  return {
    surprises,
    unanswered: () => unanswered,
    successes: () => told.successes.length + told.deleted.length,
    async stop() {
      isStopping = true;
      await Promise.all(lives);
    },
    async learn(url) {
      for (const { user, input } of unknown) {
        const created = await clientOf(url, tokenOf(user), told).create(input);
        if (!isShown(created)) surprises.push(`create asked for again: ${JSON.stringify(created)}`);
      }
    },
  };
}

/** A process that hangs is a surprise that must not hang the tests. */
async function within(acting: Promise<void>): Promise<void> {
  const end = new AbortController();
  const late = setTimeout(longestRequestMs, undefined, { signal: end.signal }).then(() => {
    throw new Error('It took too long.');
  });
  late.catch(() => {});
  try {
    await Promise.race([acting, late]);
  } finally {
    end.abort();
  }
}
