import { z } from 'zod';
import { secretFile } from '../process/environment.ts';
import { readGatewayKeys } from './gateway-keys.ts';

const metadata = {
  description:
    'File of the key (base64, 32 bytes or more) that the gateway signs its requests with; the same for the subgraphs. Of several lines the first signs, and each is accepted.',
  formerName: 'CLIENT_ADDRESS_KEY_FILE',
};

/** The variable GATEWAY_KEY_FILE of the gateway and its subgraphs. */
export const gatewayKeyFile = () => secretFile(readGatewayKeys).meta(metadata);

/** The same, for a subgraph that also starts without it: it then takes nobody for the gateway. */
export const optionalGatewayKeyFile = () => secretFile(readGatewayKeys).optional().meta(metadata);

/** A variable of the gateway for the key that it shares with one subgraph, which then cannot call another in its name. */
export const subgraphKeyFile = (subgraph: string) =>
  secretFile(readGatewayKeys)
    .optional()
    .describe(
      `File of the key for ${subgraph} alone, which has it as its GATEWAY_KEY_FILE; by default GATEWAY_KEY_FILE.`,
    );

/** The variable GATEWAY_SIGNATURE of a subgraph. */
export const gatewaySignature = () =>
  z
    .enum(['optional', 'required'], 'must be optional or required')
    .prefault('optional')
    .describe('If required, /graphql answers only requests that the gateway signed with a key of GATEWAY_KEY_FILE.');
