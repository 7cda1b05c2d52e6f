/** A record of the answers that clients got, and of requests that were not answered with success. */
export interface ClientLedger {
  successes: LedgerResource[];
  /** Ids of resources whose deletion was confirmed. */
  deleted: string[];
  /** Changes that were answered with an error or not at all. Each may have been made, once. */
  uncertain: { id: string; type: 'UPDATE' | 'DELETE'; sha256?: string | undefined }[];
  /** Images that another application stored in the same account of the image service. */
  foreign: { id: string; url: string; sha256: string }[];
  accounts: LedgerAccount[];
}

/** A resource as a client received it. */
export interface LedgerResource {
  id: string;
  ownerId: string;
  version: number;
  url: string;
  sha256: string;
}

export interface LedgerAccount {
  id: string;
  sessions: LedgerSession[];
  /** Undefined unless its deletion was requested. */
  deletion?: RequestState;
}

export interface LedgerSession {
  id: string;
  accessToken: string;
  /** Undefined unless its end was requested. */
  end?: RequestState;
}

export type RequestState = 'REQUESTED' | 'CONFIRMED';

export const emptyLedger = (): ClientLedger => ({
  successes: [],
  deleted: [],
  uncertain: [],
  foreign: [],
  accounts: [],
});
