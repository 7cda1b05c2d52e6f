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

export type ListWithOwnersQueryVariables = Exact<{ [key: string]: never; }>;


export type ListWithOwnersQuery = { me: { mine: { edges: Array<{ node: { named: string, picture: { at: string } } }> } | null } | null };

export type RFragment = { named: string, picture: { at: string } };

export type FirstOnesQueryVariables = Exact<{
  first?: number | null | undefined;
}>;


export type FirstOnesQuery = { resources: { totalCount: number } | null };

export type OnesAfterQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type OnesAfterQuery = { resources: { totalCount: number } | null };

export type NewerOnesQueryVariables = Exact<{
  from?: string | null | undefined;
}>;


export type NewerOnesQuery = { resources: { totalCount: number } | null };

export type ListAsVisitorQueryVariables = Exact<{ [key: string]: never; }>;


export type ListAsVisitorQuery = { me: { username: string } | null, resources: { totalCount: number, nodes: Array<{ title: string, image: { url: string }, owner: { username: string } | null }> } | null };

export type IdsAndImageUrlsQueryVariables = Exact<{ [key: string]: never; }>;


export type IdsAndImageUrlsQuery = { resources: { nodes: Array<{ id: string, image: { url: string } }> } | null };

export type SeenByHeirQueryVariables = Exact<{
  id: string;
}>;


export type SeenByHeirQuery = { me: { username: string } | null, sessions: Array<{ id: string }> | null, resource: { id: string } | null, resources: { totalCount: number } | null };

export type DeleteAndCreateMutationVariables = Exact<{
  account: DeleteAccountInput;
  input: CreateResourceInput;
}>;


export type DeleteAndCreateMutation = { deleteAccount: { deletedUserId: string } | null, createResource: { resource: { id: string } } | null };

export type FoundBySearchQueryVariables = Exact<{
  search?: string | null | undefined;
}>;


export type FoundBySearchQuery = { resources: { totalCount: number } | null };

export type ResourcePageQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  orderBy?: ResourceOrder;
  filter?: ResourceFilter | null | undefined;
}>;


export type ResourcePageQuery = { resources: { totalCount: number, nodes: Array<{ title: string }>, edges: Array<{ cursor: string, node: { title: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null };

export type FirstByTitleQueryVariables = Exact<{ [key: string]: never; }>;


export type FirstByTitleQuery = { me: { resources: { totalCount: number, nodes: Array<{ title: string }> } | null } | null };

export type SeenByBobQueryVariables = Exact<{
  id: string;
}>;


export type SeenByBobQuery = { resource: { id: string } | null, resources: { totalCount: number } | null };

export type JoinedQueryVariables = Exact<{ [key: string]: never; }>;


export type JoinedQuery = { me: { resources: { totalCount: number } | null } | null, resources: { nodes: Array<{ title: string, owner: { username: string } | null }> } | null };

export type OneOfThreeMutationVariables = Exact<{
  input: RegisterInput;
}>;


export type OneOfThreeMutation = { a: { loggedOut: boolean } | null, register: { user: { username: string } } | null, b: { loggedOut: boolean } | null };

export type JoinedBothWaysQueryVariables = Exact<{ [key: string]: never; }>;


export type JoinedBothWaysQuery = { me: { username: string, resources: { totalCount: number } | null } | null, resources: { nodes: Array<{ title: string, owner: { username: string } | null }> } | null };

export type UpdateTextsMutationVariables = Exact<{
  id: string;
  title?: string | null | undefined;
  description?: string | null | undefined;
}>;


export type UpdateTextsMutation = { updateResource: { resource: { title: string, description: string | null } } | null };

export type UpdateDescriptionMutationVariables = Exact<{
  id: string;
  description?: string | null | undefined;
}>;


export type UpdateDescriptionMutation = { updateResource: { resource: { description: string | null } } | null };

export type CountAndNextPageFragment = { totalCount: number, pageInfo: { hasNextPage: boolean } };

export type ConditionalFragmentQueryVariables = Exact<{
  is: boolean;
}>;


export type ConditionalFragmentQuery = { one:
    | { totalCount?: number, pageInfo?: { hasNextPage: boolean } }
    | Record<PropertyKey, never>
   | null, two: { __typename: 'ResourceConnection', totalCount: number, pageInfo: { hasNextPage: boolean } } | null };

export type ConditionalFieldsQueryVariables = Exact<{
  id: string;
  is: boolean;
}>;


export type ConditionalFieldsQuery = { resources: { nodes: Array<{ id: string, description: string | null, image: { sha256: string } }> } | null, resource: { id: string, description: string | null } | null };

export type OneNullMutationVariables = Exact<{
  id: string;
  none?: DeleteResourceInput | null | undefined;
}>;


export type OneNullMutation = { first: { resource: { title: string } } | null, none: { deletedResourceId: string } | null, last: { resource: { title: string } } | null };

export type KeptResourceFragment = { id: string, title: string, description: string | null, version: number, createdAt: string, updatedAt: string, owner: { id: string, username: string } | null, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } };

export type EverythingKeptQueryVariables = Exact<{ [key: string]: never; }>;


export type EverythingKeptQuery = { me: { username: string, resources: { totalCount: number, nodes: Array<{ id: string, title: string, description: string | null, version: number, createdAt: string, updatedAt: string, owner: { id: string, username: string } | null, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } }> } | null } | null };

export type CreateBesideKeptMutationVariables = Exact<{
  input: CreateResourceInput;
}>;


export type CreateBesideKeptMutation = { createResource: { resource: { id: string, title: string, description: string | null, version: number, createdAt: string, updatedAt: string, owner: { id: string, username: string } | null, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } } } | null };

export type UpdateKeptMutationVariables = Exact<{
  input: UpdateResourceInput;
}>;


export type UpdateKeptMutation = { updateResource: { resource: { id: string, title: string, description: string | null, version: number, createdAt: string, updatedAt: string, owner: { id: string, username: string } | null, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } } } | null };

export type OneSupergraphQueryVariables = Exact<{ [key: string]: never; }>;


export type OneSupergraphQuery = { me: { username: string } | null, resources: { nodes: Array<{ title: string, owner: { username: string } | null }> } | null };

export type GivenTokensFragment = { accessToken: string, refreshToken: string, tokenType: string, expiresIn: number, user: { id: string, username: string } };

export type RegisterMutationVariables = Exact<{
  input: RegisterInput;
}>;


export type RegisterMutation = { register: { accessToken: string, refreshToken: string, tokenType: string, expiresIn: number, user: { id: string, username: string } } | null };

export type LogInMutationVariables = Exact<{
  input: LoginInput;
}>;


export type LogInMutation = { login: { accessToken: string, refreshToken: string, tokenType: string, expiresIn: number, user: { id: string, username: string } } | null };

export type RefreshSessionMutationVariables = Exact<{
  input: RefreshSessionInput;
}>;


export type RefreshSessionMutation = { refreshSession: { accessToken: string, refreshToken: string, tokenType: string, expiresIn: number, user: { id: string, username: string } } | null };

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


export type ChangePasswordMutation = { changePassword: { accessToken: string, refreshToken: string, tokenType: string, expiresIn: number, user: { id: string, username: string } } | null };

export type DeleteAccountMutationVariables = Exact<{
  input: DeleteAccountInput;
}>;


export type DeleteAccountMutation = { deleteAccount: { deletedUserId: string } | null };

export type ShownSessionFragment = { id: string, createdAt: string, lastUsedAt: string, expiresAt: string, isCurrent: boolean, userAgent: string | null };

export type SessionsQueryVariables = Exact<{ [key: string]: never; }>;


export type SessionsQuery = { sessions: Array<{ id: string, createdAt: string, lastUsedAt: string, expiresAt: string, isCurrent: boolean, userAgent: string | null }> | null };

export type BothSubgraphsQueryVariables = Exact<{ [key: string]: never; }>;


export type BothSubgraphsQuery = { me: { username: string } | null, resources: { totalCount: number, nodes: Array<{ title: string }> } | null };

export type ShownResourceFragment = { id: string, title: string, description: string | null, version: number, owner: { username: string } | null, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } };

export type CreateResourceMutationVariables = Exact<{
  input: CreateResourceInput;
}>;


export type CreateResourceMutation = { createResource: { resource: { id: string, title: string, description: string | null, version: number, owner: { username: string } | null, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } } } | null };

export type UpdateResourceMutationVariables = Exact<{
  input: UpdateResourceInput;
}>;


export type UpdateResourceMutation = { updateResource: { resource: { id: string, title: string, description: string | null, version: number, owner: { username: string } | null, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } } } | null };

export type StoredResourceFragment = { id: string, version: number, title: string, owner: { id: string } | null, image: { url: string, sha256: string } };

export type CreateStoredMutationVariables = Exact<{
  input: CreateResourceInput;
}>;


export type CreateStoredMutation = { createResource: { resource: { id: string, version: number, title: string, owner: { id: string } | null, image: { url: string, sha256: string } } } | null };

export type UpdateStoredMutationVariables = Exact<{
  input: UpdateResourceInput;
}>;


export type UpdateStoredMutation = { updateResource: { resource: { id: string, version: number, title: string, owner: { id: string } | null, image: { url: string, sha256: string } } } | null };

export type DeleteResourceMutationVariables = Exact<{
  input: DeleteResourceInput;
}>;


export type DeleteResourceMutation = { deleteResource: { deletedResourceId: string } | null };

export type OneResourceQueryVariables = Exact<{
  id: string;
}>;


export type OneResourceQuery = { resource: { id: string, title: string, description: string | null, version: number, owner: { username: string } | null, image: { url: string, contentType: string, width: number, height: number, sizeBytes: number, sha256: string } } | null };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { me: { id: string, username: string } | null };

export type ResourceCountQueryVariables = Exact<{ [key: string]: never; }>;


export type ResourceCountQuery = { resources: { totalCount: number } | null };

export type ViewerAndCountQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerAndCountQuery = { me: { id: string, username: string } | null, resources: { totalCount: number } | null };

export type TitlesQueryVariables = Exact<{
  first?: number | null | undefined;
  orderBy?: ResourceOrder;
  filter?: ResourceFilter | null | undefined;
}>;


export type TitlesQuery = { resources: { nodes: Array<{ title: string }> } | null };

export type VersionAndCountQueryVariables = Exact<{
  id: string;
}>;


export type VersionAndCountQuery = { resource: { id: string, version: number } | null, resources: { totalCount: number } | null };

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
export const RFragmentDoc = new TypedDocumentString(`
    fragment R on Resource {
  named: title
  picture: image {
    ... on Image {
      at: url
    }
  }
}
    `, {"fragmentName":"R"}) as unknown as TypedDocumentString<RFragment, unknown>;
export const CountAndNextPageFragmentDoc = new TypedDocumentString(`
    fragment CountAndNextPage on ResourceConnection {
  totalCount
  pageInfo {
    hasNextPage
  }
}
    `, {"fragmentName":"CountAndNextPage"}) as unknown as TypedDocumentString<CountAndNextPageFragment, unknown>;
export const KeptResourceFragmentDoc = new TypedDocumentString(`
    fragment KeptResource on Resource {
  id
  title
  description
  version
  createdAt
  updatedAt
  owner {
    id
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
    `, {"fragmentName":"KeptResource"}) as unknown as TypedDocumentString<KeptResourceFragment, unknown>;
export const GivenTokensFragmentDoc = new TypedDocumentString(`
    fragment GivenTokens on AuthPayload {
  accessToken
  refreshToken
  tokenType
  expiresIn
  user {
    id
    username
  }
}
    `, {"fragmentName":"GivenTokens"}) as unknown as TypedDocumentString<GivenTokensFragment, unknown>;
export const ShownSessionFragmentDoc = new TypedDocumentString(`
    fragment ShownSession on Session {
  id
  createdAt
  lastUsedAt
  expiresAt
  isCurrent
  userAgent
}
    `, {"fragmentName":"ShownSession"}) as unknown as TypedDocumentString<ShownSessionFragment, unknown>;
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
export const StoredResourceFragmentDoc = new TypedDocumentString(`
    fragment StoredResource on Resource {
  id
  version
  title
  owner {
    id
  }
  image {
    url
    sha256
  }
}
    `, {"fragmentName":"StoredResource"}) as unknown as TypedDocumentString<StoredResourceFragment, unknown>;
export const ListWithOwnersDocument = new TypedDocumentString(`
    query ListWithOwners {
  me {
    mine: resources {
      edges {
        node {
          ...R
        }
      }
    }
  }
}
    fragment R on Resource {
  named: title
  picture: image {
    ... on Image {
      at: url
    }
  }
}`) as unknown as TypedDocumentString<ListWithOwnersQuery, ListWithOwnersQueryVariables>;
export const FirstOnesDocument = new TypedDocumentString(`
    query FirstOnes($first: Int) {
  resources(first: $first) {
    totalCount
  }
}
    `) as unknown as TypedDocumentString<FirstOnesQuery, FirstOnesQueryVariables>;
export const OnesAfterDocument = new TypedDocumentString(`
    query OnesAfter($after: String) {
  resources(after: $after) {
    totalCount
  }
}
    `) as unknown as TypedDocumentString<OnesAfterQuery, OnesAfterQueryVariables>;
export const NewerOnesDocument = new TypedDocumentString(`
    query NewerOnes($from: DateTime) {
  resources(filter: {createdFrom: $from}) {
    totalCount
  }
}
    `) as unknown as TypedDocumentString<NewerOnesQuery, NewerOnesQueryVariables>;
export const ListAsVisitorDocument = new TypedDocumentString(`
    query ListAsVisitor {
  me {
    username
  }
  resources {
    totalCount
    nodes {
      title
      image {
        url
      }
      owner {
        username
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ListAsVisitorQuery, ListAsVisitorQueryVariables>;
export const IdsAndImageUrlsDocument = new TypedDocumentString(`
    query IdsAndImageUrls {
  resources(first: 100) {
    nodes {
      id
      image {
        url
      }
    }
  }
}
    `) as unknown as TypedDocumentString<IdsAndImageUrlsQuery, IdsAndImageUrlsQueryVariables>;
export const SeenByHeirDocument = new TypedDocumentString(`
    query SeenByHeir($id: ID!) {
  me {
    username
  }
  sessions {
    id
  }
  resource(id: $id) {
    id
  }
  resources {
    totalCount
  }
}
    `) as unknown as TypedDocumentString<SeenByHeirQuery, SeenByHeirQueryVariables>;
export const DeleteAndCreateDocument = new TypedDocumentString(`
    mutation DeleteAndCreate($account: DeleteAccountInput!, $input: CreateResourceInput!) {
  deleteAccount(input: $account) {
    deletedUserId
  }
  createResource(input: $input) {
    resource {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteAndCreateMutation, DeleteAndCreateMutationVariables>;
export const FoundBySearchDocument = new TypedDocumentString(`
    query FoundBySearch($search: String) {
  resources(filter: {search: $search}) {
    totalCount
  }
}
    `) as unknown as TypedDocumentString<FoundBySearchQuery, FoundBySearchQueryVariables>;
export const ResourcePageDocument = new TypedDocumentString(`
    query ResourcePage($first: Int, $after: String, $last: Int, $before: String, $orderBy: ResourceOrder! = NEWEST, $filter: ResourceFilter) {
  resources(
    first: $first
    after: $after
    last: $last
    before: $before
    orderBy: $orderBy
    filter: $filter
  ) {
    nodes {
      title
    }
    edges {
      cursor
      node {
        title
      }
    }
    totalCount
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ResourcePageQuery, ResourcePageQueryVariables>;
export const FirstByTitleDocument = new TypedDocumentString(`
    query FirstByTitle {
  me {
    resources(first: 1, orderBy: TITLE, filter: {search: "a"}) {
      nodes {
        title
      }
      totalCount
    }
  }
}
    `) as unknown as TypedDocumentString<FirstByTitleQuery, FirstByTitleQueryVariables>;
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
export const OneOfThreeDocument = new TypedDocumentString(`
    mutation OneOfThree($input: RegisterInput!) {
  a: logout(input: {refreshToken: "none"}) {
    loggedOut
  }
  register(input: $input) {
    user {
      username
    }
  }
  b: logout(input: {refreshToken: "none"}) {
    loggedOut
  }
}
    `) as unknown as TypedDocumentString<OneOfThreeMutation, OneOfThreeMutationVariables>;
export const JoinedBothWaysDocument = new TypedDocumentString(`
    query JoinedBothWays {
  me {
    username
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
    `) as unknown as TypedDocumentString<JoinedBothWaysQuery, JoinedBothWaysQueryVariables>;
export const UpdateTextsDocument = new TypedDocumentString(`
    mutation UpdateTexts($id: ID!, $title: String, $description: String) {
  updateResource(input: {id: $id, title: $title, description: $description}) {
    resource {
      title
      description
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateTextsMutation, UpdateTextsMutationVariables>;
export const UpdateDescriptionDocument = new TypedDocumentString(`
    mutation UpdateDescription($id: ID!, $description: String) {
  updateResource(input: {id: $id, description: $description}) {
    resource {
      description
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateDescriptionMutation, UpdateDescriptionMutationVariables>;
export const ConditionalFragmentDocument = new TypedDocumentString(`
    query ConditionalFragment($is: Boolean!) {
  one: resources {
    ...CountAndNextPage @include(if: $is)
  }
  two: resources {
    ...CountAndNextPage
    __typename
  }
}
    fragment CountAndNextPage on ResourceConnection {
  totalCount
  pageInfo {
    hasNextPage
  }
}`) as unknown as TypedDocumentString<ConditionalFragmentQuery, ConditionalFragmentQueryVariables>;
export const ConditionalFieldsDocument = new TypedDocumentString(`
    query ConditionalFields($id: ID!, $is: Boolean!) {
  resources {
    nodes {
      id
    }
  }
  resources @include(if: $is) {
    nodes {
      description
      image {
        sha256
      }
    }
  }
  resource(id: $id) {
    id
  }
  resource(id: $id) @skip(if: $is) {
    description
  }
}
    `) as unknown as TypedDocumentString<ConditionalFieldsQuery, ConditionalFieldsQueryVariables>;
export const OneNullDocument = new TypedDocumentString(`
    mutation OneNull($id: ID!, $none: DeleteResourceInput = {id: "nothing"}) {
  first: updateResource(input: {id: $id, title: "First"}) {
    resource {
      title
    }
  }
  none: deleteResource(input: $none) {
    deletedResourceId
  }
  last: updateResource(input: {id: $id, title: "Last"}) {
    resource {
      title
    }
  }
}
    `) as unknown as TypedDocumentString<OneNullMutation, OneNullMutationVariables>;
export const EverythingKeptDocument = new TypedDocumentString(`
    query EverythingKept {
  me {
    username
    resources(first: 50, orderBy: TITLE) {
      totalCount
      nodes {
        ...KeptResource
      }
    }
  }
}
    fragment KeptResource on Resource {
  id
  title
  description
  version
  createdAt
  updatedAt
  owner {
    id
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
}`) as unknown as TypedDocumentString<EverythingKeptQuery, EverythingKeptQueryVariables>;
export const CreateBesideKeptDocument = new TypedDocumentString(`
    mutation CreateBesideKept($input: CreateResourceInput!) {
  createResource(input: $input) {
    resource {
      ...KeptResource
    }
  }
}
    fragment KeptResource on Resource {
  id
  title
  description
  version
  createdAt
  updatedAt
  owner {
    id
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
}`) as unknown as TypedDocumentString<CreateBesideKeptMutation, CreateBesideKeptMutationVariables>;
export const UpdateKeptDocument = new TypedDocumentString(`
    mutation UpdateKept($input: UpdateResourceInput!) {
  updateResource(input: $input) {
    resource {
      ...KeptResource
    }
  }
}
    fragment KeptResource on Resource {
  id
  title
  description
  version
  createdAt
  updatedAt
  owner {
    id
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
}`) as unknown as TypedDocumentString<UpdateKeptMutation, UpdateKeptMutationVariables>;
export const OneSupergraphDocument = new TypedDocumentString(`
    query OneSupergraph {
  me {
    username
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
    `) as unknown as TypedDocumentString<OneSupergraphQuery, OneSupergraphQueryVariables>;
export const RegisterDocument = new TypedDocumentString(`
    mutation Register($input: RegisterInput!) {
  register(input: $input) {
    ...GivenTokens
  }
}
    fragment GivenTokens on AuthPayload {
  accessToken
  refreshToken
  tokenType
  expiresIn
  user {
    id
    username
  }
}`) as unknown as TypedDocumentString<RegisterMutation, RegisterMutationVariables>;
export const LogInDocument = new TypedDocumentString(`
    mutation LogIn($input: LoginInput!) {
  login(input: $input) {
    ...GivenTokens
  }
}
    fragment GivenTokens on AuthPayload {
  accessToken
  refreshToken
  tokenType
  expiresIn
  user {
    id
    username
  }
}`) as unknown as TypedDocumentString<LogInMutation, LogInMutationVariables>;
export const RefreshSessionDocument = new TypedDocumentString(`
    mutation RefreshSession($input: RefreshSessionInput!) {
  refreshSession(input: $input) {
    ...GivenTokens
  }
}
    fragment GivenTokens on AuthPayload {
  accessToken
  refreshToken
  tokenType
  expiresIn
  user {
    id
    username
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
    ...GivenTokens
  }
}
    fragment GivenTokens on AuthPayload {
  accessToken
  refreshToken
  tokenType
  expiresIn
  user {
    id
    username
  }
}`) as unknown as TypedDocumentString<ChangePasswordMutation, ChangePasswordMutationVariables>;
export const DeleteAccountDocument = new TypedDocumentString(`
    mutation DeleteAccount($input: DeleteAccountInput!) {
  deleteAccount(input: $input) {
    deletedUserId
  }
}
    `) as unknown as TypedDocumentString<DeleteAccountMutation, DeleteAccountMutationVariables>;
export const SessionsDocument = new TypedDocumentString(`
    query Sessions {
  sessions {
    ...ShownSession
  }
}
    fragment ShownSession on Session {
  id
  createdAt
  lastUsedAt
  expiresAt
  isCurrent
  userAgent
}`) as unknown as TypedDocumentString<SessionsQuery, SessionsQueryVariables>;
export const BothSubgraphsDocument = new TypedDocumentString(`
    query BothSubgraphs {
  me {
    username
  }
  resources(first: 1) {
    totalCount
    nodes {
      title
    }
  }
}
    `) as unknown as TypedDocumentString<BothSubgraphsQuery, BothSubgraphsQueryVariables>;
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
export const CreateStoredDocument = new TypedDocumentString(`
    mutation CreateStored($input: CreateResourceInput!) {
  createResource(input: $input) {
    resource {
      ...StoredResource
    }
  }
}
    fragment StoredResource on Resource {
  id
  version
  title
  owner {
    id
  }
  image {
    url
    sha256
  }
}`) as unknown as TypedDocumentString<CreateStoredMutation, CreateStoredMutationVariables>;
export const UpdateStoredDocument = new TypedDocumentString(`
    mutation UpdateStored($input: UpdateResourceInput!) {
  updateResource(input: $input) {
    resource {
      ...StoredResource
    }
  }
}
    fragment StoredResource on Resource {
  id
  version
  title
  owner {
    id
  }
  image {
    url
    sha256
  }
}`) as unknown as TypedDocumentString<UpdateStoredMutation, UpdateStoredMutationVariables>;
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
export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  me {
    id
    username
  }
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;
export const ResourceCountDocument = new TypedDocumentString(`
    query ResourceCount {
  resources {
    totalCount
  }
}
    `) as unknown as TypedDocumentString<ResourceCountQuery, ResourceCountQueryVariables>;
export const ViewerAndCountDocument = new TypedDocumentString(`
    query ViewerAndCount {
  me {
    id
    username
  }
  resources {
    totalCount
  }
}
    `) as unknown as TypedDocumentString<ViewerAndCountQuery, ViewerAndCountQueryVariables>;
export const TitlesDocument = new TypedDocumentString(`
    query Titles($first: Int, $orderBy: ResourceOrder! = NEWEST, $filter: ResourceFilter) {
  resources(first: $first, orderBy: $orderBy, filter: $filter) {
    nodes {
      title
    }
  }
}
    `) as unknown as TypedDocumentString<TitlesQuery, TitlesQueryVariables>;
export const VersionAndCountDocument = new TypedDocumentString(`
    query VersionAndCount($id: ID!) {
  resource(id: $id) {
    id
    version
  }
  resources {
    totalCount
  }
}
    `) as unknown as TypedDocumentString<VersionAndCountQuery, VersionAndCountQueryVariables>;
