import { gatewayEnvironment } from '../../../gateway/environment.ts';
import { runProcess } from '../../../platform/process/lifecycle.ts';
import { createLogger } from '../../../platform/process/logger.ts';
import { startHive } from './start.ts';

await runProcess({
  about:
    'Hive Gateway in place of gateway/main.ts, with the same environment except GATEWAY_EXECUTOR, and the same safeguards.',
  spec: gatewayEnvironment.omit({ GATEWAY_EXECUTOR: true }),
  start: (env) => startHive(env, createLogger({ service: 'gateway', level: env.LOG_LEVEL })),
});
