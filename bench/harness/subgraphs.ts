import { join } from 'node:path';
import { unusedPort } from '../../tests/support/http/servers.ts';
import { type Child, startChild } from './child.ts';
import { tokenClaims } from './users.ts';

/** The processes behind all gateways on the network. */
export interface Subgraphs {
  auth: Child;
  resources: Child;
  imageService: Child;
  /** With which this project's gateway signs; others do not, and their requests are accepted unsigned. */
  gatewayKey: { GATEWAY_KEY_FILE: string };
}

/** High limits, so that failed log-ins are counted but never rejected. */
const highLimits = { LOGIN_FAILURES_PER_ACCOUNT: '1000000', LOGIN_FAILURES_PER_ADDRESS: '1000000' };

/** Starts the subgraphs and the image-service stand-in on a data folder, each as a process. */
export async function startSubgraphs(folder: string): Promise<Subgraphs> {
  const secret = (name: string) => join(folder, 'secrets', name);
  const token = { IMAGE_SERVICE_TOKEN_FILE: secret('image-service-token') };
  const gatewayKey = { GATEWAY_KEY_FILE: secret('client-address-key') };
  const claims = {
    TOKEN_ISSUER: tokenClaims.issuer,
    TOKEN_AUDIENCE: tokenClaims.audience,
    EVENT_AUDIENCE: 'urn:bench:events',
  };
  const start = async (file: string, portVariable: string, env: Record<string, string>) => {
    const port = await unusedPort();
    return startChild({ name: file, command: [file], port, env: { ...env, [portVariable]: String(port) } });
  };
  const imageService = await start('image-service/main.ts', 'IMAGE_SERVICE_PORT', {
    ...token,
    IMAGE_SERVICE_FOLDER: join(folder, 'images'),
  });
  const auth = await start('subgraphs/auth/main.ts', 'AUTH_PORT', {
    ...claims,
    AUTH_DATABASE_FILE: join(folder, 'auth.sqlite'),
    SIGNING_KEYS_FOLDER: secret('signing-keys'),
    ...highLimits,
    ...gatewayKey,
  });
  const resources = await start('subgraphs/resources/main.ts', 'RESOURCES_PORT', {
    ...claims,
    ...token,
    ...gatewayKey,
    RESOURCES_DATABASE_FILE: join(folder, 'resources.sqlite'),
    JWKS_URL: new URL('/.well-known/jwks.json', auth.url).href,
    IMAGE_SERVICE_URL: new URL('/images/api/v1', imageService.url).href,
  });
  return { auth, resources, imageService, gatewayKey };
}
