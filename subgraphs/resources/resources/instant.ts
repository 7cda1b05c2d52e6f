const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** The instant that an RFC 3339 text names, to the millisecond; undefined where it names none. */
export function parseInstant(text: unknown): Date | undefined {
  const [, year, month, day] = (typeof text === 'string' && rfc3339.exec(text)) || [];
  if (year === undefined || !isDay(Number(year), Number(month), Number(day))) return undefined;
  return new Date((text as string).toUpperCase());
}

/** JavaScript takes the 30th of February for the 1st or 2nd of March. */
function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return month >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
