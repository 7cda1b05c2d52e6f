const day = 24 * 60 * 60 * 1000;
/** The start time that every run is moved to. */
const epoch = Date.parse('2026-11-25T14:05:00.000Z');

/**
 * Replaces what differs between runs by placeholders of the same form: ids, tokens, cursors, times and URLs of images.
 * Equal values get equal placeholders, and whole days between times are preserved.
 */
export function createPlaceholders(startedAt: number): (response: unknown) => unknown {
  const assigned = new Map<string, string>();
  const placeholder = (kind: string, value: string, write: (count: number) => string): string => {
    const count = [...assigned.keys()].filter((key) => key.startsWith(`${kind} `)).length + 1;
    const key = `${kind} ${value}`;
    const found = assigned.get(key) ?? write(count);
    assigned.set(key, found);
    return found;
  };
  const uuid = (id: string) => placeholder('id', id, (n) => `00000000-0000-4000-8000-${pad(n, 12)}`);
  const forms: [RegExp, (value: string) => string][] = [
    [/^(image:)?[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/, (id) => id.replace(/[\da-f-]{36}$/, uuid)],
    [/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/, (token) => placeholder('access token', token, (n) => `access-token-${n}`)],
    [/^isg_pat_[\w-]{48}$/, (token) => placeholder('personal access token', token, (n) => `isg_pat_${n}`)],
    [
      /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
      (at) => new Date(epoch + daysBetween(startedAt, Date.parse(at)) * day).toISOString(),
    ],
    [
      /^http:\/\/127\.0\.0\.1:\d+\/images\/public\/[\da-f]{24}$/,
      (url) => placeholder('url', url, (n) => `http://127.0.0.1:4003/images/public/${pad(n, 24)}`),
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
    if (kind) return placeholder(kind, value, (n) => `${kind}-${n}`);
    const [, write] = forms.find(([form]) => form.test(value)) ?? [];
    return write ? write(value) : value;
  };
  return (response) => replace(response);
}

const pad = (count: number, length: number) => String(count).padStart(length, '0');
const daysBetween = (from: number, to: number) => Math.floor((to - from) / day);
