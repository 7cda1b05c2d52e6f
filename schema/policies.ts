/** The part of a viewer that policies look at. */
interface PolicyViewer {
  /** Absent in a person's session. */
  scopes?: readonly string[];
}

/** The policies that the SDL names in `@policy`. The gateway and the subgraphs enforce the same ones. */
export const policies = {
  /** Account management is for people: a stolen token of a script must not take over the account. */
  session: {
    isMetBy: ({ scopes }: PolicyViewer): boolean => scopes === undefined,
    /** Completes "The access token does not permit this: it needs …". */
    description: 'a session: log in with the password, instead of using a token for scripts',
  },
};
