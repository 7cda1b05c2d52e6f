import { type Exchange, isRecord, type RootField, textAt } from '../requests/exchange.ts';
import { type Account, inventAccount } from './mission.ts';

/** What the page has learnt from answers, and later tabs need. */
export interface MissionContext {
  /** The account to log in with: the one that was registered last. */
  account: Account;
  /** The account to register next. */
  nextAccount: Account;
  /** Resources of the account that is logged in, the newest last. */
  resourceIds: readonly string[];
}

export function initialMissionContext(account: Account): MissionContext {
  return { account, nextAccount: account, resourceIds: [] };
}

/** What is known after one more exchange. */
export function learn(known: MissionContext, { fields }: Exchange): MissionContext {
  return fields.filter(({ result }) => result !== null).reduce(learnFrom, known);
}

function learnFrom(known: MissionContext, { name, input, result }: RootField): MissionContext {
  const { account, resourceIds } = known;
  const { username, password } = input;
  switch (name) {
    case 'register':
      if (typeof username !== 'string' || typeof password !== 'string') return known;
      return { account: { username, password }, nextAccount: inventAccount(), resourceIds: [] };
    case 'login':
      // Somebody else's resources are not to be found by this account.
      return username === account.username ? known : { ...known, resourceIds: [] };
    case 'changePassword':
      if (typeof input.newPassword !== 'string') return known;
      return { ...known, account: { ...account, password: input.newPassword } };
    case 'createResource': {
      const id = textAt(result, 'resource', 'id');
      return id === undefined ? known : { ...known, resourceIds: [...resourceIds, id] };
    }
    case 'deleteResource':
      return { ...known, resourceIds: resourceIds.filter((id) => id !== input.id) };
    case 'resources':
      return resourceIds.length > 0 ? known : { ...known, resourceIds: firstListed(result) };
    default:
      return known;
  }
}

/** Of a list, whose order is mostly that of age, the first. */
function firstListed(connection: unknown): string[] {
  const [first] = isRecord(connection) && Array.isArray(connection.nodes) ? connection.nodes : [];
  const id = textAt(first, 'id');
  return id === undefined ? [] : [id];
}
