import type { Person } from './accounts.ts';
import { type Client, isShown, type Picture, pictures } from './client.ts';
import { oneOf, type Random } from './random.ts';

/** What somebody does with resources. */
export interface Doing {
  person: Person;
  client: Client;
  /** Ids of resources that are there. */
  mine: string[];
  /** Given once. */
  description: string;
  /** Whether the account is being deleted meanwhile. */
  isLeaving?: boolean;
}

/** A create with a key whose outcome nobody knows. */
export interface Wanted {
  person: Person;
  input: { picture: Picture; description: string; idempotencyKey: string };
}

const expectable = ['CONFLICT', 'IMAGE_SERVICE_UNAVAILABLE', 'SERVICE_UNAVAILABLE'];
const expectableOfLeaving = [...expectable, 'UNAUTHENTICATED', 'NOT_FOUND'];

/** Does one of all that can be done with resources; `surprises` gets answers that only a bug or a loss gives. */
export function createDo(random: Random, { surprises, unknown }: { surprises: string[]; unknown: Wanted[] }) {
  type Answer = Awaited<ReturnType<Client['create']>> | undefined;
  const look = (what: string, { isLeaving }: Doing, answer: Answer) => {
    if (!answer || isShown(answer)) return answer;
    const expected = isLeaving ? expectableOfLeaving : expectable;
    if (!expected.includes(answer.code)) surprises.push(`${what}: ${JSON.stringify(answer)}`);
    return undefined;
  };

  const create = async (doing: Doing) => {
    const { person, client, description } = doing;
    const picture = oneOf(random, pictures) as Picture;
    if (random() < 0.5) return look('create', doing, await client.create({ picture, description }))?.id;
    const input = { picture, description, idempotencyKey: description };
    const wanted = { person, input };
    unknown.push(wanted);
    const created = look('create with a key', doing, await client.create(input));
    if (created) unknown.splice(unknown.indexOf(wanted), 1);
    return created?.id;
  };

  return async (doing: Doing): Promise<void> => {
    const { client, mine, description } = doing;
    const dice = random();
    const id = oneOf(random, mine);
    if (id === undefined || dice < 0.4) {
      const created = await create(doing);
      if (created !== undefined) mine.push(created);
    } else if (dice < 0.6) look('update of texts', doing, await client.update({ id, title: description }));
    else if (dice < 0.85) {
      const picture = oneOf(random, pictures) as Picture;
      look('update of an image', doing, await client.update({ id, picture }));
    } else {
      // Whatever it is answered: of what may be gone nothing more is asked.
      mine.splice(mine.indexOf(id), 1);
      look('deletion', doing, await client.delete(id));
    }
  };
}
