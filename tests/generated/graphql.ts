// Made by `npm run codegen`: change what it is made of, not this file.
/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What a new account needs. */
export type RegisterInput = {
  /** 3 to 32 characters: letters and digits of any script, '.', '_' and '-', after NFKC; unique whatever the case. */
  username: string;
  /**
   * At least 8 characters and at most 72 bytes of UTF-8 (bcrypt's limit): longer is refused, never cut. Neither one of the
   * 100,000 most common breached ones, nor with the username or the product's name inside.
   */
  password: string;
};

/** What proves who somebody is. */
export type LoginInput = {
  /** The account's name, in any case. */
  username: string;
  /** The account's password. */
  password: string;
};

/** An image to be stored. */
export type ImageInput = {
  /** The image's bytes in base64 (RFC 4648, section 4). GIF, JPEG or PNG. */
  data: string;
  /** Where given, it must be what the bytes are, or the code is UNSUPPORTED_IMAGE. */
  contentType?: string | null | undefined;
};

/** What a new resource holds. */
export type CreateResourceInput = {
  /** 1 to 200 characters (code points) after trimming. */
  title: string;
  /** At most 5,000 characters. */
  description?: string | null | undefined;
  /** The image itself. */
  image: ImageInput;
  /**
   * 1 to 64 characters of the client's choice, kept for 24 hours by user. The same key with the same input stores nothing new
   * and answers with the first success again, as the resource is now (NOT_FOUND where it was deleted since); after an error
   * it tries again; while the first is under way, CONFLICT with reason IN_PROGRESS; with other input, CONFLICT with reason
   * KEY_REUSED.
   */
  idempotencyKey?: string | null | undefined;
};

/** Which resource, and what of it changes. */
export type UpdateResourceInput = {
  /** The resource's id. */
  id: string;
  /** 1 to 200 characters (code points) after trimming. */
  title?: string | null | undefined;
  /** At most 5,000 characters; null clears it. */
  description?: string | null | undefined;
  /** The bytes to replace the image with; its URL stays the same. */
  image?: ImageInput | null | undefined;
  /** Where given and the resource has moved on, the code is CONFLICT with reason VERSION_PASSED, and nothing changes. */
  expectedVersion?: number | null | undefined;
};

/** Which resource to delete. */
export type DeleteResourceInput = {
  /** The resource's id. */
  id: string;
  /** Where given and the resource has moved on, the code is CONFLICT with reason VERSION_PASSED, and nothing changes. */
  expectedVersion?: number | null | undefined;
};

export type SeenByBobQueryVariables = Exact<{
  id: string;
}>;


export type SeenByBobQuery = { resource: { id: string } | null, resources: { totalCount: number } | null };

export type JoinedQueryVariables = Exact<{ [key: string]: never; }>;


export type JoinedQuery = { me: { resources: { totalCount: number } | null } | null, resources: { nodes: Array<{ title: string, owner: { username: string } | null }> } | null };

export type RegisterMutationVariables = Exact<{
  input: RegisterInput;
}>;


export type RegisterMutation = { register: { accessToken: string, refreshToken: string, user: { id: string } } | null };

export type LogInMutationVariables = Exact<{
  input: LoginInput;
}>;


export type LogInMutation = { login: { accessToken: string, tokenType: string, expiresIn: number, user: { username: string } } | null };

export type ShownResourceFragment = { id: string, title: string, description: string | null, version: number, owner: { username: string } | null, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } };

export type CreateResourceMutationVariables = Exact<{
  input: CreateResourceInput;
}>;


export type CreateResourceMutation = { createResource: { resource: { id: string, title: string, description: string | null, version: number, owner: { username: string } | null, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } } } | null };

export type UpdateResourceMutationVariables = Exact<{
  input: UpdateResourceInput;
}>;


export type UpdateResourceMutation = { updateResource: { resource: { id: string, title: string, description: string | null, version: number, owner: { username: string } | null, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } } } | null };

export type DeleteResourceMutationVariables = Exact<{
  input: DeleteResourceInput;
}>;


export type DeleteResourceMutation = { deleteResource: { deletedResourceId: string } | null };

export type OneResourceQueryVariables = Exact<{
  id: string;
}>;


export type OneResourceQuery = { resource: { id: string, title: string, description: string | null, version: number, owner: { username: string } | null, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const ShownResourceFragmentDoc = new TypedDocumentString(`
    fragment ShownResource on Resource {
  id
  title
  description
  version
  owner {
    username
  }
  image {
    url
    contentType
    width
    height
    sizeBytes
    sha256
  }
}
    `, {"fragmentName":"ShownResource"}) as unknown as TypedDocumentString<ShownResourceFragment, unknown>;
export const SeenByBobDocument = new TypedDocumentString(`
    query SeenByBob($id: ID!) {
  resource(id: $id) {
    id
  }
  resources {
    totalCount
  }
}
    `) as unknown as TypedDocumentString<SeenByBobQuery, SeenByBobQueryVariables>;
export const JoinedDocument = new TypedDocumentString(`
    query Joined {
  me {
    resources {
      totalCount
    }
  }
  resources {
    nodes {
      title
      owner {
        username
      }
    }
  }
}
    `) as unknown as TypedDocumentString<JoinedQuery, JoinedQueryVariables>;
export const RegisterDocument = new TypedDocumentString(`
    mutation Register($input: RegisterInput!) {
  register(input: $input) {
    accessToken
    refreshToken
    user {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<RegisterMutation, RegisterMutationVariables>;
export const LogInDocument = new TypedDocumentString(`
    mutation LogIn($input: LoginInput!) {
  login(input: $input) {
    accessToken
    tokenType
    expiresIn
    user {
      username
    }
  }
}
    `) as unknown as TypedDocumentString<LogInMutation, LogInMutationVariables>;
export const CreateResourceDocument = new TypedDocumentString(`
    mutation CreateResource($input: CreateResourceInput!) {
  createResource(input: $input) {
    resource {
      ...ShownResource
    }
  }
}
    fragment ShownResource on Resource {
  id
  title
  description
  version
  owner {
    username
  }
  image {
    url
    contentType
    width
    height
    sizeBytes
    sha256
  }
}`) as unknown as TypedDocumentString<CreateResourceMutation, CreateResourceMutationVariables>;
export const UpdateResourceDocument = new TypedDocumentString(`
    mutation UpdateResource($input: UpdateResourceInput!) {
  updateResource(input: $input) {
    resource {
      ...ShownResource
    }
  }
}
    fragment ShownResource on Resource {
  id
  title
  description
  version
  owner {
    username
  }
  image {
    url
    contentType
    width
    height
    sizeBytes
    sha256
  }
}`) as unknown as TypedDocumentString<UpdateResourceMutation, UpdateResourceMutationVariables>;
export const DeleteResourceDocument = new TypedDocumentString(`
    mutation DeleteResource($input: DeleteResourceInput!) {
  deleteResource(input: $input) {
    deletedResourceId
  }
}
    `) as unknown as TypedDocumentString<DeleteResourceMutation, DeleteResourceMutationVariables>;
export const OneResourceDocument = new TypedDocumentString(`
    query OneResource($id: ID!) {
  resource(id: $id) {
    ...ShownResource
  }
}
    fragment ShownResource on Resource {
  id
  title
  description
  version
  owner {
    username
  }
  image {
    url
    contentType
    width
    height
    sizeBytes
    sha256
  }
}`) as unknown as TypedDocumentString<OneResourceQuery, OneResourceQueryVariables>;
