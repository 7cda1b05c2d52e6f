/** What is known of a key by the name of its file alone. */
export interface KeyName {
  /** When it begins to sign, to the second. */
  signsFrom: Date;
  /** Its thumbprint, as tokens and the published set name it. */
  kid: string;
}

const shape = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.([\w-]{43})\.pem$/;

/** As `20261124T040000Z.<kid>.pem`: in the order of their names, keys are in the order in which they sign. */
export function fileNameOf({ signsFrom, kid }: KeyName): string {
  const stamp = signsFrom.toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  return `${stamp}.${kid}.pem`;
}

/** The second that a moment is in: names of files know no others. */
export function wholeSecond(ms: number): Date {
  return new Date(Math.floor(ms / 1_000) * 1_000);
}

/** Undefined where that is no name of a key's file. */
export function readFileName(name: string): KeyName | undefined {
  const [, year, month, day, hour, minute, second, kid] = shape.exec(name) ?? [];
  if (kid === undefined) return undefined;
  const signsFrom = new Date(
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)),
  );
  // A thirteenth month would be taken for the first of the next year.
  return fileNameOf({ signsFrom, kid }) === name ? { signsFrom, kid } : undefined;
}
