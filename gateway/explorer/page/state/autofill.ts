import { isRecord } from '../requests/exchange.ts';
import { readObject, setAt } from './json-text.ts';
import type { Account } from './mission.ts';
import type { MissionContext } from './mission-context.ts';

/** The texts of a tab that are filled in. */
export interface TabTexts {
  id: string;
  operationName: string | null;
  /** JSON, as GraphiQL takes it: with comments. */
  variables: string;
  /** Such, too. */
  headers: string;
}

export interface Filled {
  variables?: string;
  headers?: string;
}

type Fill = (tab: TabTexts, known: MissionContext & { accessToken: string | undefined }) => Filled;

/**
 * Puts into a tab what earlier ones have brought: the access token, the id of the newest resource, an account. What
 * somebody wrote there is left alone: only what was put there by the page, or was empty, is replaced.
 */
export function createFill({
  isOurs,
  opened,
}: {
  isOurs: (accessToken: string) => boolean;
  /** The account that the tabs have when the page opens. */
  opened: Account;
}): Fill {
  /** By tab and place. */
  const put = new Map<string, string>();
  const atFirst = new Map<string, string>(Object.entries(opened));

  /** The variables with `value` at `key` of the input, where that is the page's to write. */
  const replace = (tab: TabTexts, variables: string, [key, value]: [string, string]) => {
    const place = `${tab.id} ${key}`;
    const input = readObject(variables)?.input;
    if (!isRecord(input) || input[key] === value) return variables;
    const mayWrite = input[key] === '' || input[key] === (put.get(place) ?? atFirst.get(key));
    if (!mayWrite) return variables;
    put.set(place, value);
    return setAt(variables, ['input', key], value);
  };

  const fillVariables = (tab: TabTexts, known: MissionContext): string =>
    valuesFor(tab.operationName, known).reduce((so, value) => replace(tab, so, value), tab.variables);

  const fillHeaders = (tab: TabTexts, accessToken: string | undefined): string => {
    const headers = readObject(tab.headers);
    if (!headers) return tab.headers;
    const name = Object.keys(headers).find((each) => each.toLowerCase() === 'authorization') ?? 'Authorization';
    const given = headers[name];
    if (given !== undefined && !isOurs(bearerOf(given) ?? '')) return tab.headers;
    if (accessToken === undefined) return given === undefined ? tab.headers : without(tab.headers, name);
    // Who has taken it out has done so on purpose; a tab that is blank was never given it.
    const place = `${tab.id} authorization`;
    if (given === undefined && put.get(place) === accessToken && tab.headers.trim() !== '') return tab.headers;
    put.set(place, accessToken);
    return setAt(tab.headers, [name], `Bearer ${accessToken}`);
  };

  return (tab, known) => {
    const variables = fillVariables(tab, known);
    const headers = fillHeaders(tab, known.accessToken);
    // As it was written, where nothing of it changes.
    return {
      ...(variables !== tab.variables && { variables }),
      ...(headers !== tab.headers && { headers }),
    };
  };
}

/** The token of a header `Bearer …`. */
export function bearerOf(header: unknown): string | undefined {
  return typeof header === 'string' ? /^Bearer +(\S+)$/i.exec(header)?.[1] : undefined;
}

/** What belongs into the `input` of a tab of the mission. */
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

/** The headers without one; blank, where nothing else is there. */
function without(headers: string, name: string): string {
  const others = setAt(headers, [name], undefined);
  return /^\s*\{\s*\}\s*$/.test(others) ? '' : others;
}
