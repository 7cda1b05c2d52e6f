import { readFileSync } from 'node:fs';

/** The command-line arguments of a gateway, in this order. */
export interface GatewaySettings {
  port: number;
  authUrl: string;
  resourcesUrl: string;
}

/** Parses a command line. */
export function settingsOf(argv: readonly string[]): GatewaySettings {
  const [, , port, authUrl = '', resourcesUrl = ''] = argv;
  return { port: Number(port), authUrl, resourcesUrl };
}

/** The supergraph's SDL with the URLs of the running subgraphs. */
export function readSupergraph({ authUrl, resourcesUrl }: GatewaySettings): string {
  return readSchema('supergraph')
    .replace(/(name: "auth", url: )"[^"]*"/, `$1"${authUrl}"`)
    .replace(/(name: "resources", url: )"[^"]*"/, `$1"${resourcesUrl}"`);
}

/** Reads a file of schema/. */
export function readSchema(name: 'supergraph' | 'auth' | 'resources'): string {
  return readFileSync(new URL(`../../schema/${name}.graphql`, import.meta.url), 'utf8');
}
