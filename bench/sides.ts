import { portApart } from '../tests/support/servers.ts';
import { type Child, type Program, startChild } from './child.ts';
import type { Subgraphs } from './subgraphs.ts';

/** The gateways that are measured; `constant` answers everything with one text, and is the limit of the machine. */
export const variants = ['ours', 'ours-one-process', 'stock', 'stock-again', 'hive', 'mercurius', 'constant'] as const;
export type Variant = (typeof variants)[number];

/** The one that all are measured against; `stock-again` is the same once more, and shows the noise. */
export const against: Variant = 'stock';

export interface SideSettings {
  subgraphs: Subgraphs;
  /** What the one process works on: a copy of what the subgraphs have, with the same people and secrets. */
  ownFolder: string;
  /** What `constant` answers. */
  answer?: string;
  nodeOptions?: readonly string[];
}

/** Starts one gateway; does not wait for it to answer. */
export async function startSide(variant: Variant, settings: SideSettings): Promise<Child> {
  const port = await portApart();
  const { nodeOptions = [] } = settings;
  return startChild({ name: variant, port, nodeOptions, ...programOf(variant, port, settings) });
}

function programOf(
  variant: Variant,
  port: number,
  { subgraphs: { auth, resources, clientAddressKey }, ownFolder, answer = '' }: SideSettings,
): Pick<Program, 'command' | 'env'> {
  const own = { GATEWAY_PORT: String(port) };
  const anothers = (name: string, ...args: string[]) => ({
    command: [`bench/gateways/${name}.ts`, String(port), ...args],
    env: {},
  });
  switch (variant) {
    case 'ours':
      return {
        command: ['gateway/main.ts'],
        env: { ...own, AUTH_URL: auth.url, RESOURCES_URL: resources.url, ...clientAddressKey },
      };
    case 'ours-one-process': {
      const others = { AUTH_PORT: '0', RESOURCES_PORT: '0', IMAGE_SERVICE_PORT: '0' };
      return { command: ['start.ts'], env: { ...own, ...others, DATA_FOLDER: ownFolder } };
    }
    case 'constant':
      return anothers('constant', answer);
    case 'stock-again':
      return anothers('stock', auth.url, resources.url);
    default:
      return anothers(variant, auth.url, resources.url);
  }
}
