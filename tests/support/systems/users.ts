import { randomUUID } from 'node:crypto';
import { fixture } from '../files.ts';
import { register } from '../graphql/accounts.ts';
import { createStored } from '../graphql/documents.ts';
import { requestTo, requireValue, type SendRequest } from '../graphql/request.ts';

/** A logged-in user. */
export interface TestUser {
  id: string;
  username: string;
  password: string;
  accessToken: string;
  refreshToken: string;
  /** Sends requests with the user's access token. */
  request: SendRequest;
  /** Creates a resource with a small image and gives its id. */
  create(title?: string): Promise<string>;
}

export interface GatewayRequests {
  /** Sends requests without a token. */
  request: SendRequest;
  /** Sends requests with an access token. */
  as(accessToken: string): SendRequest;
  signUp(): Promise<TestUser>;
}

/** Requests and new users at a gateway. */
export function usersAt(gateway: string): GatewayRequests {
  const request = requestTo(gateway);
  return {
    request,
    as: (accessToken) => requestTo(gateway, accessToken),
    async signUp() {
      const username = uniqueName();
      const password = `correct horse ${randomUUID().slice(0, 8)}`;
      const registered = await request.data(register, { input: { username, password } });
      const { accessToken, refreshToken, user } = requireValue(registered.register);
      const asUser = requestTo(gateway, accessToken);
      const create = async (title = 'A picture') => {
        const input = { title, image: { data: fixture('four-colours.png').toString('base64') } };
        return requireValue((await asUser.data(createStored, { input })).createResource).resource.id;
      };
      return { id: user.id, username, password, accessToken, refreshToken, request: asUser, create };
    },
  };
}

/** A username that no account has. */
export const uniqueName = () => `user-${randomUUID().slice(0, 13)}`;
