import { gatewayEnvironment } from '../../../gateway/environment.ts';
import { runProcess } from '../../../platform/process/lifecycle.ts';
import { createLogger } from '../../../platform/process/logger.ts';
import { startHive } from './start.ts';

await runProcess({
  about:
    "Hive's gateway in the place of gateway/main.ts: from the same environment, as safe as that. GATEWAY_EXECUTOR is not read.",
  spec: gatewayEnvironment,
  start: (env) => startHive(env, createLogger({ service: 'gateway', level: env.LOG_LEVEL })),
});
