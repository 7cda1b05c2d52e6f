/**
 * The mutations that take a password. Each hashes one, which is slow on purpose, and is one attempt to guess it: an
 * operation may select only one of them.
 */
export const credentialFields: readonly string[] = ['register', 'login', 'changePassword', 'deleteAccount'];
