/** What the tests of faults agree upon: with the stand-in, and with who verifies access tokens. */
export const imageServiceToken = 'a token of the tests of faults';
export const issuer = 'urn:image-supergraph:auth';
export const audience = 'urn:image-supergraph';
export const eventAudience = 'urn:image-supergraph:events';
