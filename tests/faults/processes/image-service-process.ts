import { startImageService } from '../../../image-service/server.ts';
import { imageServiceToken } from './settings.ts';

/** The process's one argument, as JSON. */
export interface ImageServiceProcess {
  folder: string;
  /** Any free port by default. */
  port?: number;
}

/** The image service as a process of its own. @public: run.cjs calls it. */
export async function run(argument: string): Promise<void> {
  const { folder, port = 0 } = JSON.parse(argument) as ImageServiceProcess;
  const { url } = await startImageService({ host: '127.0.0.1', port, folder, token: imageServiceToken });
  process.stdout.write(`url ${url}\n`);
}
