/** The properties of a key that its file name tells. */
export interface KeyName {
  /** When the key begins to sign; whole seconds. */
  signsFrom: Date;
  /** The key ID: the thumbprint of the public key. */
  kid: string;
}

const format = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.([\w-]{43})\.pem$/;

/** Formats a file name such as `20261124T040000Z.<kid>.pem`: sorted by name, keys are in the order in which they sign. */
export function formatKeyFileName({ signsFrom, kid }: KeyName): string {
  const stamp = signsFrom.toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  return `${stamp}.${kid}.pem`;
}

/** Returns undefined if it is not the name of a key file. */
export function parseKeyFileName(name: string): KeyName | undefined {
  const [, year, month, day, hour, minute, second, kid] = format.exec(name) ?? [];
  if (kid === undefined) return undefined;
  const signsFrom = new Date(
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)),
  );
  // Date.UTC would read month 13 as January of the next year.
  return formatKeyFileName({ signsFrom, kid }) === name ? { signsFrom, kid } : undefined;
}

/** Rounds a time down to the second, as file names have no fractions. */
export function wholeSecond(ms: number): Date {
  return new Date(Math.floor(ms / 1_000) * 1_000);
}
