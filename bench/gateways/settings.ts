import { readFileSync } from 'node:fs';

/** What a gateway is started with, in this order, as the arguments of its command line. */
export interface GatewaySettings {
  port: number;
  authUrl: string;
  resourcesUrl: string;
}

/** The settings on a command line. */
export function settingsOf(argv: readonly string[]): GatewaySettings {
  const [, , port, authUrl = '', resourcesUrl = ''] = argv;
  return { port: Number(port), authUrl, resourcesUrl };
}

/** The project's supergraph, with the addresses of the subgraphs that are measured. */
export function readSupergraph({ authUrl, resourcesUrl }: GatewaySettings): string {
  return readSchema('supergraph')
    .replace(/(name: "auth", url: )"[^"]*"/, `$1"${authUrl}"`)
    .replace(/(name: "resources", url: )"[^"]*"/, `$1"${resourcesUrl}"`);
}

/** A file of schema/. */
export function readSchema(name: 'supergraph' | 'auth' | 'resources'): string {
  return readFileSync(new URL(`../../schema/${name}.graphql`, import.meta.url), 'utf8');
}
