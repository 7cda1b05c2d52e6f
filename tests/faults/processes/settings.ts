/** Constants that the killable processes and their clients share. They stand apart: importing keys.ts makes a key pair. */
export const imageServiceToken = 'a token of the fault tests';
export const issuer = 'urn:image-supergraph:auth';
export const audience = 'urn:image-supergraph';
export const eventAudience = 'urn:image-supergraph:events';
