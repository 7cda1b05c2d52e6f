import type { Resource, ResourceChanges, StoredImage, VersionedKey } from './resource.ts';

/**
 * Operations make a change of two stores, the database and the image service, recoverable. Every call that changes the
 * image service belongs to an operation that was committed before it. A transition succeeds only for the lease's holder.
 */

/** The exclusive right to change an operation, for a limited time. A later holder has another token. */
export interface Lease {
  operationId: string;
  /** Fencing token, new with each claim. */
  token: string;
}

/** A resource to create, without the fields that are set only when it is stored. */
export type NewResource = Pick<Resource, 'ownerId' | 'title' | 'description'> & {
  image: Omit<StoredImage, 'id' | 'url'>;
};

/** The resource that a create makes. Its times are those at which it is stored. */
export type CreatedResource = Omit<Resource, 'createdAt' | 'updatedAt'>;

/** The idempotency key of a create. */
export interface Idempotency {
  /** Chosen by the client; unique per owner. */
  key: string;
  /** SHA-256 of the input, in lower-case hex. */
  inputSha256: string;
  /** The hash that former versions stored for the same input, where it differs. */
  formerInputSha256?: string;
  /** How long a key identifies its create, from when that was stored. */
  lifetimeMs: number;
}

/** An operation to store. Its times begin when that happens, however long it waited for the database. */
export interface NewOperation {
  lease: Lease;
  /** How long the lease lasts. Writes with it fail from then on. */
  leaseMs: number;
  /** How long calls of the operation's request may still take effect after the lease. */
  settleMs: number;
}

/** A create. Its image is found among all images by the hash of its reservation, the placeholder that was stored first. */
export interface NewCreate extends NewOperation {
  resource: NewResource;
  reservationSha256: string;
  idempotency?: Idempotency | undefined;
}

/** A replacement of a resource's image. */
export interface NewReplacement extends NewOperation {
  key: VersionedKey;
  changes: ResourceChanges & { image: Omit<StoredImage, 'id' | 'url'> };
}

/** A deletion of a resource; its image is deleted after its row. */
export interface NewDeletion extends NewOperation {
  key: VersionedKey;
}

/**
 * States of an operation:
 * - `RESERVING`: a create has requested an image and does not know its id yet;
 * - `SEARCHING`: a create was abandoned; its image, if it exists, must be found by its hash;
 * - `RESERVED`: a create has an image, which has the placeholder's bytes or the client's; `resource` is undefined once
 *   the account is purged;
 * - `REPLACING`: an image has the old bytes or the new ones, and the resource's row describes the old;
 * - `DELETING`: an image must be deleted;
 * - `LANDING`: a replacement is complete, but a late write of its bytes is possible; the image stays locked until then.
 */
export type OpenOperation = OperationBase &
  (
    | { state: 'RESERVING' | 'SEARCHING'; reservationSha256: string }
    | { state: 'RESERVED'; imageId: string; imageUrl: string; resource: NewResource | undefined; isKeyed: boolean }
    | { state: 'REPLACING'; imageId: string; imageUrl: string; oldSha256: string; changes: NewReplacement['changes'] }
    | { state: 'DELETING'; imageId: string }
    | { state: 'LANDING' }
  );

interface OperationBase {
  lease: Lease;
  /** Writes with the lease fail from then on. */
  leaseUntil: Date;
  startedAt: Date;
  /** The time after which no call that the operation's request made can take effect any more. */
  settlesAt: Date;
  /** How often the reconciler has claimed the operation, including this time. */
  attempts: number;
}

/** Why an operation cannot be recovered now: the service has no valid listing, or its bytes are neither old nor new. */
export type Unresolved = 'NO_LISTING' | 'UNKNOWN_BYTES';

/**
 * A PUT without a response, which may still take effect until `settlesAt`. It writes the same bytes again. The time counts
 * from the call, which was made before this is stored: a write that waits does not move it.
 */
export interface LateWrite {
  settlesAt: Date;
}

/** The next attempt, after a delay that begins when this is stored, or at a time, which is a `settlesAt`. */
export type Postponement = ({ delayMs: number } | { dueAt: Date }) & {
  /** Replaces the operation's `settlesAt`. Counts from its last call, like that of a late write. */
  settlesAt?: Date;
  unresolved?: Unresolved | undefined;
};

/** A create that was found by its idempotency key. */
export interface KeyedCreate {
  inputSha256: string;
  /** Undefined while the create is in progress. */
  resourceId: string | undefined;
}

/**
 * Stores operations, in the same database as the resources that they change. A method whose condition does not hold
 * changes nothing. Throws DatabaseUnavailableError if the database is locked, full, read-only or damaged.
 */
export interface OperationStore {
  /** `PURGED` if the account is purged. If the owner's key is taken, the create that has it. */
  beginCreate(create: NewCreate): Promise<'BEGUN' | 'PURGED' | KeyedCreate>;
  /** Finds the owner's create with this key, unless the key has expired. */
  findByKey(ownerId: string, key: string, lifetimeMs: number): Promise<KeyedCreate | undefined>;
  /** RESERVING → RESERVED. `TAKEN` if a resource or another operation has the image; `LAPSED` if the lease has expired. */
  reserve(lease: Lease, image: Pick<StoredImage, 'id' | 'url'>): Promise<'RESERVED' | 'TAKEN' | 'LAPSED'>;
  /** RESERVED → ended; stores the resource and returns it. Undefined if the lease has expired or the account is purged. */
  finishCreate(lease: Lease, created: CreatedResource, lateWrite?: LateWrite): Promise<Resource | undefined>;
  /** RESERVING → SEARCHING; frees the key. False if the lease has expired. */
  startSearch(lease: Lease): Promise<boolean>;
  /** RESERVED or SEARCHING → DELETING; frees the key. False if the lease has expired or a resource has the image. */
  discard(lease: Lease, imageId: string): Promise<boolean>;
  /**
   * `MISSING` if no resource has the key and version, or the account is purged. `LOCKED` while the image is being replaced
   * or a late write is possible.
   */
  beginReplacement(replacement: NewReplacement): Promise<'BEGUN' | 'MISSING' | 'LOCKED'>;
  /** REPLACING → ended; changes the resource. Undefined if the lease has expired, or the resource or account is gone. */
  finishReplacement(lease: Lease, lateWrite?: LateWrite): Promise<Resource | undefined>;
  /** Deletes the resource and ends replacements of its image. Undefined if no resource has the key and version. */
  beginDeletion(deletion: NewDeletion): Promise<Resource | undefined>;
  /** Any state → ended; deletes the operation and frees its key. False if the lease has expired. */
  end(lease: Lease): Promise<boolean>;
  /** Gives up the lease until the next attempt. False if it has expired. */
  postpone(lease: Lease, postponement: Postponement): Promise<boolean>;
  /** Leases operations that are due and have no valid lease. Only one of several concurrent claims gets each operation. */
  claim(claim: { leaseMs: number; limit: number }): Promise<OpenOperation[]>;
  /**
   * Begins a DELETING operation for an image with a reservation's hash. False if a resource or an operation refers to the
   * image, or a create may still be waiting for it.
   */
  adoptOrphan(orphan: { operationId: string; imageId: string; reservationSha256: string }): Promise<boolean>;
  /** Filters hashes to those of reservations that were ever made. */
  recordedReservations(sha256s: readonly string[]): Promise<string[]>;
  /** Filters images to those that a resource or an operation refers to. */
  referencedImages(imageIds: readonly string[]): Promise<string[]>;
  countUnresolved(): Promise<number>;
  /** Deletes expired keys of finished creates. */
  deleteExpiredKeys(lifetimeMs: number): Promise<void>;
}
