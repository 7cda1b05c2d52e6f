import { isRecord } from './exchange.ts';
import type { Known } from './known.ts';
import type { Account } from './mission.ts';

/** The texts of a tab that are filled in. */
export interface TabTexts {
  id: string;
  operationName: string | null;
  /** JSON. */
  variables: string;
  /** JSON. */
  headers: string;
}

export interface Filled {
  variables?: string;
  headers?: string;
}

type Fill = (tab: TabTexts, known: Known & { accessToken: string | undefined }) => Filled;

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

  /** The input with `value` at `key`, where that is the page's to write. */
  const replace = (tab: TabTexts, input: Record<string, unknown>, [key, value]: [string, string]) => {
    const place = `${tab.id} ${key}`;
    const mayWrite = input[key] === '' || input[key] === (put.get(place) ?? atFirst.get(key));
    if (!mayWrite || input[key] === value) return input;
    put.set(place, value);
    return { ...input, [key]: value };
  };

  const fillVariables = (tab: TabTexts, known: Known): string | undefined => {
    const values = valuesFor(tab.operationName, known);
    const variables = readJson(tab.variables);
    if (values.length === 0 || !isRecord(variables?.input)) return undefined;
    const input = values.reduce((so, value) => replace(tab, so, value), variables.input);
    // As it was written, where nothing of it changes.
    if (input === variables.input) return undefined;
    return JSON.stringify({ ...variables, input }, null, 2);
  };

  const fillHeaders = (tab: TabTexts, accessToken: string | undefined): string | undefined => {
    const headers = readJson(tab.headers.trim() || '{}');
    if (!headers) return undefined;
    const name = Object.keys(headers).find((each) => each.toLowerCase() === 'authorization');
    const given = name === undefined ? undefined : headers[name];
    if (given !== undefined && !isOurs(bearerOf(given) ?? '')) return undefined;
    const { [name ?? '']: _, ...others } = headers;
    if (accessToken === undefined) return given === undefined ? undefined : stringify(others);
    // Who has taken it out has done so on purpose; a tab that is blank was never given it.
    const place = `${tab.id} authorization`;
    if (given === undefined && put.get(place) === accessToken && tab.headers.trim() !== '') return undefined;
    put.set(place, accessToken);
    return stringify({ ...others, Authorization: `Bearer ${accessToken}` });
  };

  return (tab, known) => {
    const variables = fillVariables(tab, known);
    const headers = fillHeaders(tab, known.accessToken);
    return {
      ...(variables !== undefined && { variables }),
      ...(headers !== undefined && headers !== tab.headers && { headers }),
    };
  };
}

/** The token of a header `Bearer …`. */
export function bearerOf(header: unknown): string | undefined {
  return typeof header === 'string' ? /^Bearer +(\S+)$/i.exec(header)?.[1] : undefined;
}

/** What belongs into the `input` of a tab of the mission. */
function valuesFor(operationName: string | null, { account, nextAccount, resourceIds }: Known): [string, string][] {
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

const stringify = (headers: Record<string, unknown>) =>
  Object.keys(headers).length === 0 ? '' : JSON.stringify(headers, null, 2);

/** An object, or undefined: what is half written is left alone. */
function readJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
