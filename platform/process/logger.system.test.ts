import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('each line is JSON with its level, its process and its time in UTC', () => {
  const program = `import { createLogger } from './platform/process/logger.ts';
    const log = createLogger({ service: 'it', level: 'info' });
    log.info({ one: 1 }, 'first\\nline');
    log.debug('below the level');
    log.error('second');`;
  const command = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const env = { ...process.env, TZ: 'Asia/Kathmandu' };
  const before = Date.now();
  const lines = execFileSync(process.execPath, command, { env, encoding: 'utf8' }).trimEnd().split('\n');
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { level: 30, time, service: 'it', one: 1, msg: 'first\nline' },
    { level: 50, time, service: 'it', msg: 'second' },
  ]);
  const loggedAt = Date.parse(JSON.parse(lines[0] ?? '').time);
  expect(loggedAt).toBeGreaterThanOrEqual(before);
  expect(loggedAt).toBeLessThanOrEqual(Date.now());
});
