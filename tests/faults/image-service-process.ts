import { startImageService } from '../../image-service/server.ts';
import { imageServiceToken } from './tokens.ts';

/** One JSON argument of the process. */
export interface ImageServiceProcess {
  folder: string;
  /** Any that is free where it is left out. */
  port?: number;
}

/** The stand-in as a process of its own. @public: run.cjs calls it. */
export async function run(argument: string): Promise<void> {
  const { folder, port = 0 } = JSON.parse(argument) as ImageServiceProcess;
  const { url } = await startImageService({ host: '127.0.0.1', port, folder, token: imageServiceToken });
  process.stdout.write(`url ${url}\n`);
}
