import { z } from 'zod';
import type { TrustMode } from './admission.ts';
import { entryOf, joinManifests, ownManifest, readManifest, type TrustedDocuments } from './manifest.ts';

/** The environment variables of trusted documents. */
export const trustedDocumentsVariables = {
  TRUSTED_DOCUMENTS: z
    .enum(['off', 'prefer', 'only'], 'must be off, prefer or only')
    .prefault('off')
    .describe(
      'Which documents run: all (off), only trusted ones (only), or all, of which trusted ones are free of the limits of one operation (prefer).',
    ),
  TRUSTED_DOCUMENTS_FILE: z
    .string()
    .transform((file, context) => {
      try {
        return readManifest(file);
      } catch (error) {
        context.addIssue(`names a file that cannot be used: ${(error as Error).message}`);
        return z.NEVER;
      }
    })
    .optional()
    .describe(
      "Manifest of further trusted documents, those of your own clients: Apollo's persisted query manifest, or an object of texts by id.",
    ),
};

/** Which documents are trusted, and what that means. */
export interface TrustSettings {
  mode: TrustMode;
  documents: TrustedDocuments;
}

/** Converts the variables into settings; undefined if nothing is trusted. `others` are texts that are trusted, too. */
export function trustFrom(
  env: z.output<z.ZodObject<typeof trustedDocumentsVariables>>,
  others: readonly string[] = [],
): TrustSettings | undefined {
  const { TRUSTED_DOCUMENTS: mode, TRUSTED_DOCUMENTS_FILE: further = [] } = env;
  if (mode === 'off') return undefined;
  return { mode, documents: joinManifests(readManifest(ownManifest), further, others.map(entryOf)) };
}
