// Made by `npm run codegen`: change what it is made of, not this file.
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

/** What a session goes on by. */
export type RefreshSessionInput = {
  /** As it was given out. */
  refreshToken: string;
};

/** Which session ends. */
export type LogoutInput = {
  /** As it was given out. */
  refreshToken: string;
};

/** Which session ends. */
export type EndSessionInput = {
  /** As `sessions` tells it. */
  sessionId: string;
};

/** A password and the one that takes its place. */
export type ChangePasswordInput = {
  /** As it is. */
  currentPassword: string;
  /** As it is to be, after the rules of RegisterInput. */
  newPassword: string;
};

/** What proves that it is the account's owner who deletes it. */
export type DeleteAccountInput = {
  /** The account's password. */
  password: string;
};

/** Ties are broken by id. */
export type ResourceOrder =
  /** By createdAt, the latest first. */
  | 'NEWEST'
  /** By createdAt, the earliest first. */
  | 'OLDEST'
  /** NFKC-normalised, in lower case, by code point. */
  | 'TITLE'
  /** By updatedAt, the latest first. */
  | 'RECENTLY_UPDATED';

/** Every field given must hold. */
export type ResourceFilter = {
  /** In title or description, anywhere; compared NFKC-normalised and in lower case, every character literally. */
  search?: string | null | undefined;
  /** One of the image content types. */
  contentType?: string | null | undefined;
  /** Created at this instant or later. */
  createdFrom?: string | null | undefined;
  /** Created before this instant. */
  createdBefore?: string | null | undefined;
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

export type UserFieldsFragment = { id: string, username: string, createdAt: string };

export type TokenFieldsFragment = { accessToken: string, refreshToken: string, expiresIn: number, user: { id: string, username: string, createdAt: string } };

export type RegisterMutationVariables = Exact<{
  input: RegisterInput;
}>;


export type RegisterMutation = { register: { accessToken: string, refreshToken: string, expiresIn: number, user: { id: string, username: string, createdAt: string } } | null };

export type LogInMutationVariables = Exact<{
  input: LoginInput;
}>;


export type LogInMutation = { login: { accessToken: string, refreshToken: string, expiresIn: number, user: { id: string, username: string, createdAt: string } } | null };

export type RefreshSessionMutationVariables = Exact<{
  input: RefreshSessionInput;
}>;


export type RefreshSessionMutation = { refreshSession: { accessToken: string, refreshToken: string, expiresIn: number, user: { id: string, username: string, createdAt: string } } | null };

export type LogOutMutationVariables = Exact<{
  input: LogoutInput;
}>;


export type LogOutMutation = { logout: { loggedOut: boolean } | null };

export type LogOutEverywhereMutationVariables = Exact<{ [key: string]: never; }>;


export type LogOutEverywhereMutation = { logoutEverywhere: { loggedOut: boolean } | null };

export type EndSessionMutationVariables = Exact<{
  input: EndSessionInput;
}>;


export type EndSessionMutation = { endSession: { loggedOut: boolean } | null };

export type ChangePasswordMutationVariables = Exact<{
  input: ChangePasswordInput;
}>;


export type ChangePasswordMutation = { changePassword: { accessToken: string, refreshToken: string, expiresIn: number, user: { id: string, username: string, createdAt: string } } | null };

export type DeleteAccountMutationVariables = Exact<{
  input: DeleteAccountInput;
}>;


export type DeleteAccountMutation = { deleteAccount: { deletedUserId: string } | null };

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { me: { id: string, username: string, createdAt: string } | null };

export type SessionsQueryVariables = Exact<{ [key: string]: never; }>;


export type SessionsQuery = { sessions: Array<{ id: string, createdAt: string, lastUsedAt: string, expiresAt: string, isCurrent: boolean, userAgent: string | null }> | null };

export type ResourceFieldsFragment = { id: string, title: string, description: string | null, createdAt: string, updatedAt: string, version: number, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } };

export type CreateResourceMutationVariables = Exact<{
  input: CreateResourceInput;
}>;


export type CreateResourceMutation = { createResource: { resource: { id: string, title: string, description: string | null, createdAt: string, updatedAt: string, version: number, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } } } | null };

export type UpdateResourceMutationVariables = Exact<{
  input: UpdateResourceInput;
}>;


export type UpdateResourceMutation = { updateResource: { resource: { id: string, title: string, description: string | null, createdAt: string, updatedAt: string, version: number, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } } } | null };

export type DeleteResourceMutationVariables = Exact<{
  input: DeleteResourceInput;
}>;


export type DeleteResourceMutation = { deleteResource: { deletedResourceId: string } | null };

export type ResourceQueryVariables = Exact<{
  id: string;
}>;


export type ResourceQuery = { resource: { id: string, title: string, description: string | null, createdAt: string, updatedAt: string, version: number, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } } | null };

export type ResourcesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  orderBy?: ResourceOrder;
  filter?: ResourceFilter | null | undefined;
}>;


export type ResourcesQuery = { resources: { totalCount: number, nodes: Array<{ id: string, title: string, description: string | null, createdAt: string, updatedAt: string, version: number, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null };

export type ResourcePagesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  orderBy?: ResourceOrder;
  filter?: ResourceFilter | null | undefined;
}>;


export type ResourcePagesQuery = { resources: { nodes: Array<{ id: string, title: string, description: string | null, createdAt: string, updatedAt: string, version: number, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

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
export const UserFieldsFragmentDoc = new TypedDocumentString(`
    fragment UserFields on User {
  id
  username
  createdAt
}
    `, {"fragmentName":"UserFields"}) as unknown as TypedDocumentString<UserFieldsFragment, unknown>;
export const TokenFieldsFragmentDoc = new TypedDocumentString(`
    fragment TokenFields on AuthPayload {
  accessToken
  refreshToken
  expiresIn
  user {
    ...UserFields
  }
}
    fragment UserFields on User {
  id
  username
  createdAt
}`, {"fragmentName":"TokenFields"}) as unknown as TypedDocumentString<TokenFieldsFragment, unknown>;
export const ResourceFieldsFragmentDoc = new TypedDocumentString(`
    fragment ResourceFields on Resource {
  id
  title
  description
  image {
    url
    contentType
    width
    height
    sizeBytes
    sha256
  }
  createdAt
  updatedAt
  version
}
    `, {"fragmentName":"ResourceFields"}) as unknown as TypedDocumentString<ResourceFieldsFragment, unknown>;
export const RegisterDocument = new TypedDocumentString(`
    mutation Register($input: RegisterInput!) {
  register(input: $input) {
    ...TokenFields
  }
}
    fragment UserFields on User {
  id
  username
  createdAt
}
fragment TokenFields on AuthPayload {
  accessToken
  refreshToken
  expiresIn
  user {
    ...UserFields
  }
}`) as unknown as TypedDocumentString<RegisterMutation, RegisterMutationVariables>;
export const LogInDocument = new TypedDocumentString(`
    mutation LogIn($input: LoginInput!) {
  login(input: $input) {
    ...TokenFields
  }
}
    fragment UserFields on User {
  id
  username
  createdAt
}
fragment TokenFields on AuthPayload {
  accessToken
  refreshToken
  expiresIn
  user {
    ...UserFields
  }
}`) as unknown as TypedDocumentString<LogInMutation, LogInMutationVariables>;
export const RefreshSessionDocument = new TypedDocumentString(`
    mutation RefreshSession($input: RefreshSessionInput!) {
  refreshSession(input: $input) {
    ...TokenFields
  }
}
    fragment UserFields on User {
  id
  username
  createdAt
}
fragment TokenFields on AuthPayload {
  accessToken
  refreshToken
  expiresIn
  user {
    ...UserFields
  }
}`) as unknown as TypedDocumentString<RefreshSessionMutation, RefreshSessionMutationVariables>;
export const LogOutDocument = new TypedDocumentString(`
    mutation LogOut($input: LogoutInput!) {
  logout(input: $input) {
    loggedOut
  }
}
    `) as unknown as TypedDocumentString<LogOutMutation, LogOutMutationVariables>;
export const LogOutEverywhereDocument = new TypedDocumentString(`
    mutation LogOutEverywhere {
  logoutEverywhere {
    loggedOut
  }
}
    `) as unknown as TypedDocumentString<LogOutEverywhereMutation, LogOutEverywhereMutationVariables>;
export const EndSessionDocument = new TypedDocumentString(`
    mutation EndSession($input: EndSessionInput!) {
  endSession(input: $input) {
    loggedOut
  }
}
    `) as unknown as TypedDocumentString<EndSessionMutation, EndSessionMutationVariables>;
export const ChangePasswordDocument = new TypedDocumentString(`
    mutation ChangePassword($input: ChangePasswordInput!) {
  changePassword(input: $input) {
    ...TokenFields
  }
}
    fragment UserFields on User {
  id
  username
  createdAt
}
fragment TokenFields on AuthPayload {
  accessToken
  refreshToken
  expiresIn
  user {
    ...UserFields
  }
}`) as unknown as TypedDocumentString<ChangePasswordMutation, ChangePasswordMutationVariables>;
export const DeleteAccountDocument = new TypedDocumentString(`
    mutation DeleteAccount($input: DeleteAccountInput!) {
  deleteAccount(input: $input) {
    deletedUserId
  }
}
    `) as unknown as TypedDocumentString<DeleteAccountMutation, DeleteAccountMutationVariables>;
export const MeDocument = new TypedDocumentString(`
    query Me {
  me {
    ...UserFields
  }
}
    fragment UserFields on User {
  id
  username
  createdAt
}`) as unknown as TypedDocumentString<MeQuery, MeQueryVariables>;
export const SessionsDocument = new TypedDocumentString(`
    query Sessions {
  sessions {
    id
    createdAt
    lastUsedAt
    expiresAt
    isCurrent
    userAgent
  }
}
    `) as unknown as TypedDocumentString<SessionsQuery, SessionsQueryVariables>;
export const CreateResourceDocument = new TypedDocumentString(`
    mutation CreateResource($input: CreateResourceInput!) {
  createResource(input: $input) {
    resource {
      ...ResourceFields
    }
  }
}
    fragment ResourceFields on Resource {
  id
  title
  description
  image {
    url
    contentType
    width
    height
    sizeBytes
    sha256
  }
  createdAt
  updatedAt
  version
}`) as unknown as TypedDocumentString<CreateResourceMutation, CreateResourceMutationVariables>;
export const UpdateResourceDocument = new TypedDocumentString(`
    mutation UpdateResource($input: UpdateResourceInput!) {
  updateResource(input: $input) {
    resource {
      ...ResourceFields
    }
  }
}
    fragment ResourceFields on Resource {
  id
  title
  description
  image {
    url
    contentType
    width
    height
    sizeBytes
    sha256
  }
  createdAt
  updatedAt
  version
}`) as unknown as TypedDocumentString<UpdateResourceMutation, UpdateResourceMutationVariables>;
export const DeleteResourceDocument = new TypedDocumentString(`
    mutation DeleteResource($input: DeleteResourceInput!) {
  deleteResource(input: $input) {
    deletedResourceId
  }
}
    `) as unknown as TypedDocumentString<DeleteResourceMutation, DeleteResourceMutationVariables>;
export const ResourceDocument = new TypedDocumentString(`
    query Resource($id: ID!) {
  resource(id: $id) {
    ...ResourceFields
  }
}
    fragment ResourceFields on Resource {
  id
  title
  description
  image {
    url
    contentType
    width
    height
    sizeBytes
    sha256
  }
  createdAt
  updatedAt
  version
}`) as unknown as TypedDocumentString<ResourceQuery, ResourceQueryVariables>;
export const ResourcesDocument = new TypedDocumentString(`
    query Resources($first: Int, $after: String, $last: Int, $before: String, $orderBy: ResourceOrder! = NEWEST, $filter: ResourceFilter) {
  resources(
    first: $first
    after: $after
    last: $last
    before: $before
    orderBy: $orderBy
    filter: $filter
  ) {
    nodes {
      ...ResourceFields
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
    totalCount
  }
}
    fragment ResourceFields on Resource {
  id
  title
  description
  image {
    url
    contentType
    width
    height
    sizeBytes
    sha256
  }
  createdAt
  updatedAt
  version
}`) as unknown as TypedDocumentString<ResourcesQuery, ResourcesQueryVariables>;
export const ResourcePagesDocument = new TypedDocumentString(`
    query ResourcePages($first: Int, $after: String, $orderBy: ResourceOrder! = NEWEST, $filter: ResourceFilter) {
  resources(first: $first, after: $after, orderBy: $orderBy, filter: $filter) {
    nodes {
      ...ResourceFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ResourceFields on Resource {
  id
  title
  description
  image {
    url
    contentType
    width
    height
    sizeBytes
    sha256
  }
  createdAt
  updatedAt
  version
}`) as unknown as TypedDocumentString<ResourcePagesQuery, ResourcePagesQueryVariables>;
