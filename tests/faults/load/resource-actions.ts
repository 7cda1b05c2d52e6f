import type { Account } from '../clients/account-client.ts';
import { type Client, isResource, type Picture, pictures } from '../clients/resource-client.ts';
import { oneOf, type Random } from './random.ts';

export interface ActionContext {
  account: Account;
  client: Client;
  /** Ids of the account's resources. */
  resourceIds: string[];
  /** Unique among all actions. */
  description: string;
  /** True if the account is deleted at the same time. */
  isBeingDeleted?: boolean;
}

/** A create with an idempotency key whose outcome is unknown. */
export interface PendingCreate {
  account: Account;
  input: { picture: Picture; description: string; idempotencyKey: string };
}

export interface ActionRecords {
  /** Error answers whose code only a bug or a loss explains. */
  unexpectedErrors: string[];
  pendingCreates: PendingCreate[];
}

const expectedCodes = ['CONFLICT', 'IMAGE_SERVICE_UNAVAILABLE', 'SERVICE_UNAVAILABLE'];
const expectedCodesDuringDeletion = [...expectedCodes, 'UNAUTHENTICATED', 'NOT_FOUND'];

/** Gives a function that sends one random mutation of resources. */
export function createRandomAction(random: Random, { unexpectedErrors, pendingCreates }: ActionRecords) {
  type Answer = Awaited<ReturnType<Client['create']>> | undefined;
  const record = (what: string, { isBeingDeleted }: ActionContext, answer: Answer) => {
    if (!answer || isResource(answer)) return answer;
    const expected = isBeingDeleted ? expectedCodesDuringDeletion : expectedCodes;
    if (!expected.includes(answer.code)) unexpectedErrors.push(`${what}: ${JSON.stringify(answer)}`);
    return undefined;
  };

  const create = async (context: ActionContext) => {
    const { account, client, description } = context;
    const picture = oneOf(random, pictures) as Picture;
    if (random() < 0.5) return record('create', context, await client.create({ picture, description }))?.id;
    const input = { picture, description, idempotencyKey: description };
    const pending = { account, input };
    pendingCreates.push(pending);
    const created = record('create with a key', context, await client.create(input));
    if (created) pendingCreates.splice(pendingCreates.indexOf(pending), 1);
    return created?.id;
  };

  return async (context: ActionContext): Promise<void> => {
    const { client, resourceIds, description } = context;
    const roll = random();
    const id = oneOf(random, resourceIds);
    if (id === undefined || roll < 0.4) {
      const created = await create(context);
      if (created !== undefined) resourceIds.push(created);
    } else if (roll < 0.6) record('update of texts', context, await client.update({ id, title: description }));
    else if (roll < 0.85) {
      const picture = oneOf(random, pictures) as Picture;
      record('update of an image', context, await client.update({ id, picture }));
    } else {
      // Removed whatever the answer is: no further request may concern a resource that may be deleted.
      resourceIds.splice(resourceIds.indexOf(id), 1);
      record('deletion', context, await client.delete(id));
    }
  };
}
