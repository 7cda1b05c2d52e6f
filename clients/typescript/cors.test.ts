import { afterEach, expect, test, vi } from 'vitest';
import { explainCors, findDisallowedOrigin } from './cors.ts';

const page = 'http://localhost:5173';
const failure = new TypeError('Failed to fetch');
const api = 'http://127.0.0.1:4000/graphql';

afterEach(() => void vi.unstubAllGlobals());
const openPage = (origin: string) => void vi.stubGlobal('location', { origin, href: `${page}/index.html` });

test.each([
  ['another host', api],
  ['another port', 'http://localhost:4000/graphql'],
  ['another scheme', 'https://localhost:5173/graphql'],
])('a page may be disallowed by %s', (_, url) => {
  openPage(page);
  expect(findDisallowedOrigin(url, failure)).toBe(page);
});

test.each([
  ['by its own server', `${page}/graphql`, failure],
  ['by its own server, with a relative URL', '/graphql', failure],
  ['when its own time limit has passed', api, new DOMException('aborted', 'AbortError')],
  ['by what is no URL', 'http://', failure],
])('a page is not disallowed %s', (_, url, error) => {
  openPage(page);
  expect(findDisallowedOrigin(url, error)).toBeUndefined();
});

test('no program outside of browsers is disallowed', () => {
  expect(findDisallowedOrigin(api, failure)).toBeUndefined();
});

test('a page says with which origin to start the gateway, if it has one', () => {
  expect(explainCors(page)).toContain(`CORS_ORIGINS=${page}`);
  openPage('null');
  expect(explainCors(findDisallowedOrigin(api, failure) ?? '')).toContain('serve the page over http');
});
