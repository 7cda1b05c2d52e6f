import { unusedPort } from '../../tests/support/http/servers.ts';
import { type Child, type Program, startChild } from './child.ts';
import type { Subgraphs } from './subgraphs.ts';

/** The measured gateways. `constant` sends the same text for every request: the upper limit of the machine. */
export const variants = [
  'ours',
  'ours-one-process',
  'apollo',
  'apollo-again',
  'hive',
  'mercurius',
  'constant',
] as const;
export type Variant = (typeof variants)[number];

/** The variant that all others are compared with. `apollo-again` is the same program, and shows the noise. */
export const baseline: Variant = 'apollo';

export interface VariantSettings {
  subgraphs: Subgraphs;
  /** Data folder of the single process: a copy of the subgraphs' data. */
  ownFolder: string;
  /** The response of `constant`. */
  response?: string;
  nodeOptions?: readonly string[];
}

/** Budget of a minute that no benchmark uses up: it measures what a gateway can do, not what a caller may. */
const unlimited = '1000000000000';

/** Starts one gateway. Does not wait until it responds. */
export async function startVariant(variant: Variant, settings: VariantSettings): Promise<Child> {
  const port = await unusedPort();
  const { nodeOptions = [] } = settings;
  return startChild({ name: variant, port, nodeOptions, ...programOf(variant, port, settings) });
}

function programOf(
  variant: Variant,
  port: number,
  { subgraphs: { auth, resources, gatewayKey }, ownFolder, response = '' }: VariantSettings,
): Pick<Program, 'command' | 'env'> {
  const own = { GATEWAY_PORT: String(port), COST_BUDGET_PER_MINUTE: unlimited };
  const gatewayProgram = (name: string, ...args: string[]) => ({
    command: [`bench/gateways/${name}.ts`, String(port), ...args],
    env: {},
  });
  switch (variant) {
    case 'ours':
      return {
        command: ['gateway/main.ts'],
        env: { ...own, AUTH_URL: auth.url, RESOURCES_URL: resources.url, ...gatewayKey },
      };
    case 'ours-one-process': {
      const others = { AUTH_PORT: '0', RESOURCES_PORT: '0', IMAGE_SERVICE_PORT: '0' };
      return { command: ['start.ts'], env: { ...own, ...others, DATA_FOLDER: ownFolder } };
    }
    case 'constant':
      return gatewayProgram('constant', response);
    case 'apollo-again':
      return gatewayProgram('apollo', auth.url, resources.url);
    default:
      return gatewayProgram(variant, auth.url, resources.url);
  }
}
