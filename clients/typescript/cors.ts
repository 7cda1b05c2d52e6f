/** The part of a page or worker that is looked at; other programs have none. */
interface PageScope {
  location?: { href: string; origin: string };
}

/**
 * Returns the origin of this page if `error` may mean that the browser withheld a response, because the server at `url` does
 * not allow pages of this origin. `fetch` throws the same TypeError then as without a network.
 */
export function findDisallowedOrigin(url: string, error: unknown): string | undefined {
  const { location } = globalThis as PageScope;
  if (!location || !(error instanceof TypeError) || !URL.canParse(url, location.href)) return undefined;
  return new URL(url, location.href).origin === location.origin ? undefined : location.origin;
}

/** Explains to developers what to do. */
export function explainCors(origin: string): string {
  const fix =
    origin === 'null'
      ? 'This page has no origin that it could allow: serve the page over http.'
      : `Start its gateway with CORS_ORIGINS=${origin} to allow them.`;
  const pages = origin === 'null' ? 'this page' : `pages from ${origin}`;
  return ` The server cannot be reached, or it does not allow ${pages} to call it (CORS); the browser's console says which. ${fix}`;
}
