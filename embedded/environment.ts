import { z } from 'zod';
import { gatewayEnvironment } from '../gateway/environment.ts';
import { trustedDocumentsVariables } from '../gateway/trusted-documents/environment.ts';
import { imageServiceEnvironment } from '../image-service/environment.ts';
import { documentLimitVariables } from '../platform/graphql/document-limits/environment.ts';
import { shutdownVariables } from '../platform/process/shutdown.ts';
import { accountVariables, authEnvironment } from '../subgraphs/auth/environment.ts';
import { resourcesEnvironment } from '../subgraphs/resources/environment.ts';

/** The environment of `npm start`. Every variable has a default. */
export const embeddedEnvironment = z.object({
  DATA_FOLDER: z.string().default('./data').describe('Folder of the databases, images and secrets of `npm start`.'),
  GATEWAY_PORT: gatewayEnvironment.shape.GATEWAY_PORT,
  AUTH_PORT: authEnvironment.shape.AUTH_PORT,
  RESOURCES_PORT: resourcesEnvironment.shape.RESOURCES_PORT,
  IMAGE_SERVICE_PORT: imageServiceEnvironment.shape.IMAGE_SERVICE_PORT,
  GATEWAY_EXECUTOR: gatewayEnvironment.shape.GATEWAY_EXECUTOR,
  MAX_COST: gatewayEnvironment.shape.MAX_COST,
  MAX_RESPONSE_BYTES: gatewayEnvironment.shape.MAX_RESPONSE_BYTES,
  MAX_UPLOAD_BYTES: gatewayEnvironment.shape.MAX_UPLOAD_BYTES,
  COST_BUDGET_PER_MINUTE: gatewayEnvironment.shape.COST_BUDGET_PER_MINUTE,
  HOST: gatewayEnvironment.shape.HOST,
  CORS_ORIGINS: gatewayEnvironment.shape.CORS_ORIGINS.unwrap()
    .optional()
    .describe(
      'Origins that browsers may call from, separated by commas; by default localhost, 127.0.0.1 and [::1] with any port.',
    ),
  TRUSTED_PROXIES: gatewayEnvironment.shape.TRUSTED_PROXIES,
  ...trustedDocumentsVariables,
  ...accountVariables.shape,
  ...documentLimitVariables,
  INTROSPECTION: gatewayEnvironment.shape.INTROSPECTION,
  JSON_ERROR_STATUS: gatewayEnvironment.shape.JSON_ERROR_STATUS,
  HSTS_SECONDS: gatewayEnvironment.shape.HSTS_SECONDS,
  ...shutdownVariables,
  LOG_LEVEL: gatewayEnvironment.shape.LOG_LEVEL.unwrap()
    .default('warn')
    .describe('One of trace, debug, info, warn, error, silent.'),
});
