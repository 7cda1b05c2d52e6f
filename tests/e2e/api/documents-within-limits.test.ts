import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkDocument } from '../../../platform/graphql/document-limits/check-document.ts';
import { defaultDocumentLimits } from '../../../platform/graphql/document-limits/limits.ts';

const manifest = readFileSync(new URL('../../../trusted-documents.json', import.meta.url), 'utf8');
const documents = Object.values(JSON.parse(manifest) as Record<string, string>);

describe('every document of the client, the explorer and the examples', () => {
  const { maxBytes, maxTokens, maxDepth, maxAliases, maxRootFields, maxSelections } = defaultDocumentLimits;
  /** Room for what others add to them. */
  const twoThirds = {
    ...defaultDocumentLimits,
    maxBytes: (maxBytes * 2) / 3,
    maxTokens: (maxTokens * 2) / 3,
    maxDepth: (maxDepth * 2) / 3,
    maxAliases: (maxAliases * 2) / 3,
    maxRootFields: (maxRootFields * 2) / 3,
    maxSelections: (maxSelections * 2) / 3,
  };

  test('is there to be checked', () => {
    expect(documents.length).toBeGreaterThan(20);
  });

  test.each(documents.map((document) => [/(?:query|mutation) \w+/.exec(document)?.[0], document]))(
    'is within two thirds of the limits: %s',
    (_, document) => {
      expect(checkDocument(String(document), twoThirds)).toBeUndefined();
    },
  );
});
