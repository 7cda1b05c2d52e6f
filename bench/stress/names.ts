/** What the systems are put under; the one that fills a large table comes last. */
export const strainNames = ['uploads', 'log-ins', 'guesses', 'lists'] as const;
export type StrainName = (typeof strainNames)[number];
