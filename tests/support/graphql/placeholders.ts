const day = 24 * 60 * 60 * 1000;
/** What every run is told to have begun at. */
const epoch = Date.parse('2026-11-25T14:05:00.000Z');

/**
 * Puts stand-ins of the same form in the place of what differs from run to run: ids, tokens, cursors, instants and the
 * places of images. The same value always has the same one; between instants whole days are kept.
 */
export function createPlaceholders(startedAt: number): (answer: unknown) => unknown {
  const known = new Map<string, string>();
  const standIn = (kind: string, value: string, write: (count: number) => string): string => {
    const count = [...known.keys()].filter((key) => key.startsWith(`${kind} `)).length + 1;
    const key = `${kind} ${value}`;
    const found = known.get(key) ?? write(count);
    known.set(key, found);
    return found;
  };
  const forms: [RegExp, (value: string) => string][] = [
    [
      /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
      (id) => standIn('id', id, (n) => `00000000-0000-4000-8000-${pad(n, 12)}`),
    ],
    [/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/, (token) => standIn('access token', token, (n) => `access-token-${n}`)],
    [
      /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
      (at) => new Date(epoch + daysBetween(startedAt, Date.parse(at)) * day).toISOString(),
    ],
    [
      /^http:\/\/127\.0\.0\.1:\d+\/images\/public\/[\da-f]{24}$/,
      (url) => standIn('url', url, (n) => `http://127.0.0.1:4003/images/public/${pad(n, 24)}`),
    ],
  ];
  const byKey: Record<string, string> = {
    refreshToken: 'refresh-token',
    startCursor: 'cursor',
    endCursor: 'cursor',
    cursor: 'cursor',
  };

  const replace = (value: unknown, key = ''): unknown => {
    if (Array.isArray(value)) return value.map((item) => replace(item, key));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, replace(inner, name)]));
    if (typeof value !== 'string') return value;
    const kind = byKey[key];
    if (kind) return standIn(kind, value, (n) => `${kind}-${n}`);
    const [, write] = forms.find(([form]) => form.test(value)) ?? [];
    return write ? write(value) : value;
  };
  return (answer) => replace(answer);
}

const pad = (count: number, length: number) => String(count).padStart(length, '0');
const daysBetween = (from: number, to: number) => Math.floor((to - from) / day);
