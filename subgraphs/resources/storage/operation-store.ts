import type { Resource, ResourceChanges, StoredImage, VersionedKey } from './resource-store.ts';

/**
 * What is under way between the two stores. No call that changes anything at the image service is made without an
 * operation that was committed before, and each transition holds only for whoever holds its lease.
 */

/** The right to settle an operation, for a time: nobody else writes until it has passed, and nothing is written after. */
export interface Lease {
  operationId: string;
  /** New with each claim. */
  token: string;
  /** Nothing is written from then on. */
  until: Date;
}

/** What a create will keep, but for what only its end tells. */
export type NewResource = Pick<Resource, 'ownerId' | 'title' | 'description'> & {
  image: Omit<StoredImage, 'id' | 'url'>;
};

/** A create that a client can ask for again. */
export interface Idempotency {
  /** Of the client's choice; told apart by owner. */
  key: string;
  /** SHA-256 of the input, in lower-case hex. */
  inputSha256: string;
  /** What was started before has no key any more. */
  since: Date;
}

interface Begun {
  /** From then on no call of the operation's request can land any more. */
  settlesAt: Date;
  startedAt: Date;
}

/** A create, or what is left of one. Its image is told from everybody's by the hash of what it was reserved with. */
export interface NewCreate extends Begun {
  lease: Lease;
  resource: NewResource;
  reservationSha256: string;
  idempotency?: Idempotency | undefined;
}

/** A replacement of a resource's image. */
export interface NewReplacement extends Begun {
  lease: Lease;
  key: VersionedKey;
  changes: ResourceChanges & { image: Omit<StoredImage, 'id' | 'url'> };
}

/** The deletion of a resource, whose image is deleted afterwards. */
export interface NewDeletion extends Begun {
  lease: Lease;
  key: VersionedKey;
}

/**
 * Where an operation stands:
 * - `RESERVING`: a create has asked for an image and does not know its id;
 * - `SEARCHING`: a create is given up, and its image, if there is one, must be found by its hash;
 * - `RESERVED`: a create has an image, which holds the reservation or the bytes; what it would keep is gone where the account is purged;
 * - `REPLACING`: an image's bytes are the old or the new ones, and the resource has the old;
 * - `DELETING`: an image is to be deleted;
 * - `LANDING`: an image's bytes are as they should be, and an earlier call that would write them again may still land: until
 *   then nobody replaces them.
 */
export type OpenOperation = OperationBase &
  (
    | { state: 'RESERVING' | 'SEARCHING'; reservationSha256: string }
    | { state: 'RESERVED'; imageId: string; imageUrl: string; resource: NewResource | undefined; isKeyed: boolean }
    | { state: 'REPLACING'; imageId: string; imageUrl: string; oldSha256: string; changes: NewReplacement['changes'] }
    | { state: 'DELETING'; imageId: string }
    | { state: 'LANDING' }
  );

interface OperationBase extends Begun {
  lease: Lease;
  /** How often the reconciler has claimed it, this time included. */
  attempts: number;
}

/** Why the reconciler cannot settle an operation: the service has no listing, or the bytes are neither old nor new. */
export type Unresolved = 'NO_LISTING' | 'UNKNOWN_BYTES';

/** A call of what ends now may land until then: the image stays locked so long, by an operation LANDING. */
export interface Landing {
  settlesAt: Date;
}

/** When to try again, and what is known by now. */
export interface Postponement {
  dueAt: Date;
  settlesAt?: Date;
  unresolved?: Unresolved | undefined;
}

/** What became of a create with a key. */
export interface KeyedCreate {
  inputSha256: string;
  /** Undefined while it is under way. */
  resourceId: string | undefined;
}

/** Keeps operations, beside the resources that they change. What can pass by itself is SERVICE_UNAVAILABLE. */
export interface OperationStore {
  /** False, and nothing is kept, where the owner's key is taken or the account is purged. */
  beginCreate(create: NewCreate): Promise<boolean>;
  /** The owner's create of that key, unless it was started before `since`. */
  findKeyed(ownerId: string, key: string, since: Date): Promise<KeyedCreate | undefined>;
  /** RESERVING → RESERVED. `TAKEN`, and no change, where a resource or an operation has the image. */
  reserve(lease: Lease, image: Pick<StoredImage, 'id' | 'url'>): Promise<'RESERVED' | 'TAKEN' | 'LAPSED'>;
  /** RESERVED → ended, with the resource kept. False, and no change, where the lease has passed or the account is purged. */
  finishCreate(lease: Lease, resource: Resource, landing?: Landing): Promise<boolean>;
  /** RESERVING → SEARCHING; its key is free again. False where the lease has passed. */
  search(lease: Lease): Promise<boolean>;
  /** RESERVED or SEARCHING → DELETING this image; its key is free again. False where the lease has passed or a resource has it. */
  discard(lease: Lease, imageId: string): Promise<boolean>;
  /** `MISSING` where no resource has the key and version or the account is purged, `LOCKED` where its image is being replaced, or a call may still land. */
  beginReplacement(replacement: NewReplacement): Promise<'BEGUN' | 'MISSING' | 'LOCKED'>;
  /** REPLACING → ended, with the resource changed; undefined, and no change, where lease, resource or account is gone. */
  finishReplacement(lease: Lease, updatedAt: Date, landing?: Landing): Promise<Resource | undefined>;
  /** Takes the resource away, ends replacements of its image, and keeps that the image is to be deleted. */
  beginDeletion(deletion: NewDeletion): Promise<Resource | undefined>;
  /** Any state → ended without a trace, its key free again. False where the lease has passed. */
  end(lease: Lease): Promise<boolean>;
  /** Gives the lease back until then. False where it has passed. */
  postpone(lease: Lease, postponement: Postponement): Promise<boolean>;
  /** Leases operations that are due, whose lease has passed; of two who claim, one gets each. */
  claim(claim: { now: Date; until: Date; limit: number }): Promise<OpenOperation[]>;
  /** DELETING, due now, of an image with a reservation's hash that nothing refers to and nobody waits for; or false. */
  adopt(stray: { operationId: string; imageId: string; reservationSha256: string }): Promise<boolean>;
  /** Which of these hashes reservations were ever made with, whatever became of those. */
  reservationsAmong(sha256s: readonly string[]): Promise<string[]>;
  /** Which of these images a resource or an operation refers to. */
  referredTo(imageIds: readonly string[]): Promise<string[]>;
  /** Operations that cannot be settled as things stand. */
  countUnresolved(): Promise<number>;
  /** Forgets keys of creates that ended well and were started before then. */
  forgetKeys(startedBefore: Date): Promise<void>;
}
