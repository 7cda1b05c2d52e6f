import type { PersonalAccessToken } from '../../node.ts';
import { UsageError } from '../terminal/errors.ts';
import { applyToIds } from './apply-to-ids.ts';
import { defineCommand, wholeNumber } from './command.ts';

const scopes = ['resources:read', 'resources:write'];

export const listTokens = defineCommand({
  name: 'tokens list',
  synopsis: '[options]',
  summary: 'Lists your personal access tokens: id, scopes, last use, end and name, with tabs between.',
  options: {},
  async run({ values, context }) {
    const { client } = await context.connect(values.url);
    for (const token of await client.personalAccessTokens({ signal: context.signal })) {
      context.terminal.print(cellsOf(token), token);
    }
    return 0;
  },
});

const cellsOf = ({ id, name, scopes, lastUsedAt, expiresAt }: PersonalAccessToken) => [
  id,
  scopes.join(' '),
  lastUsedAt ?? 'never used',
  expiresAt,
  name,
];

export const createToken = defineCommand({
  name: 'tokens create',
  synopsis: '[options] <name>',
  summary: 'Creates a personal access token for scripts, and prints it: it is never shown again.',
  options: {
    scopes: { type: 'string', value: '<scopes>', help: `with commas between; ${scopes.join(',')} by default` },
    'expires-in-days': { type: 'string', value: '<n>', help: '1 to 365; 90 by default' },
  },
  names: { min: 1, missing: 'Name the token.' },
  async run({ values, names, context }) {
    const [name = '', ...others] = names;
    if (others.length > 0) throw new UsageError('A name with spaces needs quotation marks.', 'tokens create');
    const expiresInDays = wholeNumber(values['expires-in-days'], { option: 'expires-in-days', min: 1, max: 365 });
    const { client } = await context.connect(values.url);
    const input = {
      name,
      scopes: values.scopes?.split(',').map((scope) => scope.trim()) ?? scopes,
      ...(expiresInDays !== undefined && { expiresInDays }),
    };
    const { token, personalAccessToken } = await client.createPersonalAccessToken(input, { signal: context.signal });
    if (!context.terminal.isJson) context.terminal.warn('Keep this token: it is not shown again.');
    context.terminal.print(token, { ...personalAccessToken, token });
    return 0;
  },
});

export const revokeToken = defineCommand({
  name: 'tokens revoke',
  synopsis: '[options] <id>...',
  summary: 'Ends personal access tokens.',
  options: {},
  names: { min: 1, missing: 'Name the ids to revoke, as image-supergraph tokens list prints them.' },
  async run({ values, names, context }) {
    const { client } = await context.connect(values.url);
    const apply = (id: string) => client.revokePersonalAccessToken(id, { signal: context.signal });
    return applyToIds({ ids: names, terminal: context.terminal, outcome: 'revoked', apply });
  },
});
