import { isRecord } from '../requests/exchange.ts';
import { parseObject, setAt } from '../requests/json-text.ts';
import { bearerTokenOf } from '../requests/page-session.ts';
import type { Account } from './mission.ts';
import type { MissionContext } from './mission-context.ts';

/** The editors' texts of a tab that autofill may change. */
export interface TabContent {
  id: string;
  operationName: string | null;
  /** JSON with comments. */
  variables: string;
  /** JSON with comments. */
  headers: string;
}

/** The texts that change. */
export interface AutofillResult {
  variables?: string;
  headers?: string;
}

export interface Autofill {
  fill(tab: TabContent, context: MissionContext & { accessToken: string | undefined }): AutofillResult;
  /** Tells whether the user has removed the token from a tab's headers, which then stay without one. */
  isWithoutToken(tab: TabContent): boolean;
  /** Lets the next `fill` put the token into the tab again. */
  allowToken(tab: TabContent): void;
}

/**
 * Creates the function that puts the access token, the id of the newest resource, and an account into a tab. It replaces
 * only values that it put there itself and empty ones; everything that the user typed stays.
 */
export function createAutofill({
  hasReceived,
  initialAccount,
}: {
  hasReceived: (accessToken: string) => boolean;
  /** The account in the tabs when the page opens. */
  initialAccount: Account;
}): Autofill {
  /** The last value that was put into each place, by tab id and key. */
  const written = new Map<string, string>();
  const initialValues = new Map<string, string>(Object.entries(initialAccount));

  /** Sets `input[key]`, unless the user changed it. */
  const fillValue = (tab: TabContent, variables: string, [key, value]: [string, string]) => {
    const place = `${tab.id} ${key}`;
    const input = parseObject(variables)?.input;
    if (!isRecord(input) || input[key] === value) return variables;
    const mayWrite = input[key] === '' || input[key] === (written.get(place) ?? initialValues.get(key));
    if (!mayWrite) return variables;
    written.set(place, value);
    return setAt(variables, ['input', key], value);
  };

  const fillVariables = (tab: TabContent, context: MissionContext): string =>
    valuesFor(tab.operationName, context).reduce((text, value) => fillValue(tab, text, value), tab.variables);

  const tokenPlace = ({ id }: TabContent) => `${id} authorization`;

  const isWithoutToken = (tab: TabContent): boolean => {
    const headers = parseObject(tab.headers);
    return headers !== undefined && authorizationIn(headers) === undefined && written.has(tokenPlace(tab));
  };

  const fillHeaders = (tab: TabContent, accessToken: string | undefined): string => {
    const headers = parseObject(tab.headers);
    if (!headers) return tab.headers;
    const name = authorizationIn(headers) ?? 'Authorization';
    const current = headers[name];
    if (current !== undefined && !hasReceived(bearerTokenOf(current) ?? '')) return tab.headers;
    if (accessToken === undefined) {
      written.delete(tokenPlace(tab));
      return current === undefined ? tab.headers : removeHeader(tab.headers, name);
    }
    if (isWithoutToken(tab)) return tab.headers;
    written.set(tokenPlace(tab), accessToken);
    return setAt(tab.headers, [name], `Bearer ${accessToken}`);
  };

  return {
    fill(tab, context) {
      const variables = fillVariables(tab, context);
      const headers = fillHeaders(tab, context.accessToken);
      return {
        ...(variables !== tab.variables && { variables }),
        ...(headers !== tab.headers && { headers }),
      };
    },
    isWithoutToken,
    allowToken: (tab) => {
      written.delete(tokenPlace(tab));
    },
  };
}

/** Returns the name of the Authorization header as it is written (RFC 9110, section 5.1: in any case). */
const authorizationIn = (headers: Record<string, unknown>) =>
  Object.keys(headers).find((each) => each.toLowerCase() === 'authorization');

/** Lists the values for the `input` of a tab of the mission. */
function valuesFor(
  operationName: string | null,
  { account, nextAccount, resourceIds }: MissionContext,
): [string, string][] {
  switch (operationName) {
    case 'Register':
      return Object.entries(nextAccount);
    case 'LogIn':
      return Object.entries(account);
    case 'ReplaceImage':
    case 'DeleteResource':
      return [['id', resourceIds.at(-1) ?? '']];
    default:
      return [];
  }
}

/** Removes a header. Returns a blank text if no other is left. */
function removeHeader(headers: string, name: string): string {
  const others = setAt(headers, [name], undefined);
  return /^\s*\{\s*\}\s*$/.test(others) ? '' : others;
}
