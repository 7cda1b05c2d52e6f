/** A resource as a client was answered. */
export interface ToldResource {
  id: string;
  ownerId: string;
  version: number;
  url: string;
  sha256: string;
}

/** Whether something was asked for, and whether that was answered with success. */
export type Asked = 'ASKED' | 'DONE';

/** An account that was opened, with its sessions. */
export interface ToldAccount {
  id: string;
  sessions: ToldSession[];
  /** Of its deletion; left out where nobody asked for it. */
  deletion?: Asked;
}

export interface ToldSession {
  id: string;
  accessToken: string;
  /** Of its end; left out where nobody asked for it. */
  end?: Asked;
}

/** What clients know: what they were answered, and what they asked for without being told that it was done. */
export interface Told {
  successes: ToldResource[];
  /** Ids of resources whose deletion was answered with success. */
  deleted: string[];
  /** Changes that were answered with an error or not at all: each may have been made, once. */
  unsure: { id: string; type: 'UPDATE' | 'DELETE'; sha256?: string | undefined }[];
  /** Images of somebody else's in the same account of the image service. */
  foreign: { id: string; url: string; sha256: string }[];
  accounts: ToldAccount[];
}

export const noTold = (): Told => ({ successes: [], deleted: [], unsure: [], foreign: [], accounts: [] });
