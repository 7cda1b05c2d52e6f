/** An image at the image service. */
export interface StoredImage {
  /** Assigned by the image service. */
  id: string;
  url: string;
  contentType: string;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  sizeBytes: number;
  /** Lower-case hex. */
  sha256: string;
}

/** The image of a resource. */
export interface ResourceImage extends StoredImage {
  /** The id of the resource, by which clients identify its image. */
  resourceId: string;
}

export interface Resource {
  /** UUID version 7, so ids sort by creation time. */
  id: string;
  ownerId: string;
  title: string;
  description: string | null;
  image: ResourceImage;
  createdAt: Date;
  updatedAt: Date;
  /** Starts at 1. */
  version: number;
}

/** The fields of a resource that most lists select: all but long texts and details of the image. */
export type ResourceSummary = Omit<Resource, 'description' | 'image'> & { image: ImageSummary };

export type ImageSummary = Pick<ResourceImage, 'resourceId' | 'url' | 'width' | 'height' | 'sizeBytes'>;

/** Identifies one owner's resource; no key finds the resource of another owner. */
export interface ResourceKey {
  ownerId: string;
  id: string;
}

/** Matches the resource only at the expected version; undefined matches any version. */
export interface VersionedKey extends ResourceKey {
  expectedVersion?: number | undefined;
}

/** The fields that an update changes. The image's id and URL never change. */
export interface ResourceChanges {
  title?: string;
  description?: string | null;
  image?: Omit<StoredImage, 'id' | 'url'>;
}
