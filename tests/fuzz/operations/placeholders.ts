import { fixture } from '../../support/files.ts';
import type { TestUser } from '../../support/systems/users.ts';

/** Stands in generated cases for what is known only when they run: a seed must give the same cases each time. */
const ofUser = {
  '<resource>': ({ resourceId }: FuzzUser) => resourceId,
  '<user>': ({ id }: FuzzUser) => id,
  '<username>': ({ username }: FuzzUser) => username,
  '<password>': ({ password }: FuzzUser) => password,
  '<refresh token>': ({ refreshToken }: FuzzUser) => refreshToken,
  '<image>': () => image,
};

/** A user with a resource. */
export interface FuzzUser extends TestUser {
  resourceId: string;
}

const image = fixture('four-colours.png').toString('base64');

export const placeholders = Object.keys(ofUser);

/** Puts a user's values in place of the placeholders. None needs escaping in JSON or in a document. */
export function fillPlaceholders(text: string, user: FuzzUser): string {
  return Object.entries(ofUser).reduce((filled, [name, read]) => filled.replaceAll(name, read(user)), text);
}
