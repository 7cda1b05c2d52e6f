import { hash } from 'node:crypto';

/** Header of a body's digest (RFC 9530). */
export const contentDigestHeader = 'content-digest';

/** Creates the header's value for a body without content encoding. */
export const digestOf = (body: string | Buffer) => `sha-256=:${hash('sha256', body, 'base64')}:`;
