import { z } from 'zod';
import { authEnvironment } from '../environment.ts';

/** What `npm run keys` reads of the environment. */
export const keysEnvironment = z.object({
  SIGNING_KEYS_FOLDER: authEnvironment.shape.SIGNING_KEYS_FOLDER.optional().describe(
    'Folder of the keys, where --folder does not say another.',
  ),
  DATA_FOLDER: z
    .string()
    .default('./data')
    .describe('The data folder of `npm start`: its keys are meant where no other folder is named.'),
  ACCESS_TOKEN_SECONDS: authEnvironment.shape.ACCESS_TOKEN_SECONDS.describe(
    'Lifetime of access tokens, as auth has it.',
  ),
});
