import { join } from 'node:path';
import { type Child, freePort, startChild } from './child.ts';
import { tokenClaims } from './people.ts';

/** What all gateways on the network stand in front of. */
export interface Subgraphs {
  auth: Child;
  resources: Child;
  imageService: Child;
}

/** Starts the project's own subgraphs and its stand-in of the image service on a data folder, each as a process. */
export async function startSubgraphs(folder: string): Promise<Subgraphs> {
  const secret = (name: string) => join(folder, 'secrets', name);
  const token = { IMAGE_SERVICE_TOKEN_FILE: secret('image-service-token') };
  const claims = { TOKEN_ISSUER: tokenClaims.issuer, TOKEN_AUDIENCE: tokenClaims.audience };
  const start = async (file: string, portVariable: string, env: Record<string, string>) => {
    const port = await freePort();
    return startChild({ name: file, command: [file], port, env: { ...env, [portVariable]: String(port) } });
  };
  const imageService = await start('image-service/main.ts', 'IMAGE_SERVICE_PORT', {
    ...token,
    IMAGE_SERVICE_FOLDER: join(folder, 'images'),
  });
  const resources = await start('subgraphs/resources/main.ts', 'RESOURCES_PORT', {
    ...claims,
    ...token,
    RESOURCES_DATABASE_FILE: join(folder, 'resources.sqlite'),
    VERIFICATION_KEY_FILE: secret('verification-key.pem'),
    IMAGE_SERVICE_URL: new URL('/images/api/v1', imageService.url).href,
  });
  const auth = await start('subgraphs/auth/main.ts', 'AUTH_PORT', {
    ...claims,
    AUTH_DATABASE_FILE: join(folder, 'auth.sqlite'),
    SIGNING_KEY_FILE: secret('signing-key.pem'),
  });
  return { auth, resources, imageService };
}
