import { type Exchange, isRecord, type RootField, stringAt } from '../requests/exchange.ts';
import { type Account, createAccount } from './mission.ts';

/** Values from earlier responses that later tabs need. */
export interface MissionContext {
  /** The account to log in with: the last one that was registered. */
  account: Account;
  /** The account to register next. */
  nextAccount: Account;
  /** Ids of the logged-in account's resources, the newest last. */
  resourceIds: readonly string[];
}

export function initialMissionContext(account: Account): MissionContext {
  return { account, nextAccount: account, resourceIds: [] };
}

/** Returns the context after an exchange. */
export function updateMissionContext(context: MissionContext, { rootFields }: Exchange): MissionContext {
  return rootFields.filter(({ result }) => result !== null).reduce(applyField, context);
}

function applyField(context: MissionContext, { name, input, result }: RootField): MissionContext {
  const { account, resourceIds } = context;
  const { username, password } = input;
  switch (name) {
    case 'register':
      if (typeof username !== 'string' || typeof password !== 'string') return context;
      return { account: { username, password }, nextAccount: createAccount(), resourceIds: [] };
    case 'login':
      // Another account cannot find these resources.
      return username === account.username ? context : { ...context, resourceIds: [] };
    case 'changePassword':
      if (typeof input.newPassword !== 'string') return context;
      return { ...context, account: { ...account, password: input.newPassword } };
    case 'createResource': {
      const id = stringAt(result, 'resource', 'id');
      return id === undefined ? context : { ...context, resourceIds: [...resourceIds, id] };
    }
    case 'deleteResource':
      return { ...context, resourceIds: resourceIds.filter((id) => id !== input.id) };
    case 'resources':
      return resourceIds.length > 0 ? context : { ...context, resourceIds: firstIdIn(result) };
    default:
      return context;
  }
}

/** Returns the id of the first node, which is the newest resource unless the operation chose another order. */
function firstIdIn(connection: unknown): string[] {
  const [first] = isRecord(connection) && Array.isArray(connection.nodes) ? connection.nodes : [];
  const id = stringAt(first, 'id');
  return id === undefined ? [] : [id];
}
