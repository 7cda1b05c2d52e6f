// Made by `npm run codegen`: change what it is made of, not this file.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { PageInfo as ListedPage, ResourceConnection as ListedResources } from '../resources/listing.ts';
import type { ResourceSummary as StoredResource } from '../storage/resource.ts';
import type { Reference, ResourcesContext } from '../resolvers.ts';
export type Maybe<T> = T | null | undefined;
export type InputMaybe<T> = T | null;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant in UTC, RFC 3339 with milliseconds: 2026-11-23T14:05:00.000Z. */
  DateTime: { input: unknown; output: Date; }
  _FieldSet: { input: unknown; output: unknown; }
};

/** What can be read. */
export type Query = {
  __typename?: 'Query';
  /** One of the viewer's resources; null where there is none by that id or it is somebody else's. Codes: UNAUTHENTICATED. */
  resource?: Maybe<Resource>;
  /**
   * The viewer's resources, as a Relay connection. `first` or `last`, 1 to 100, not both; 20 where neither is given.
   * A cursor that is malformed, or of another order or filter, is BAD_USER_INPUT. Codes: UNAUTHENTICATED, BAD_USER_INPUT.
   */
  resources?: Maybe<ResourceConnection>;
};


/** What can be read. */
export type QueryResourceArgs = {
  id: Scalars['ID']['input'];
};


/** What can be read. */
export type QueryResourcesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  orderBy?: ResourceOrder;
  filter?: InputMaybe<ResourceFilter>;
};

/** What can be changed. The mutations of one operation run one after the other. */
export type Mutation = {
  __typename?: 'Mutation';
  /**
   * Stores the image at the image service and the resource.
   * Codes: UNAUTHENTICATED, BAD_USER_INPUT, IMAGE_TOO_LARGE, UNSUPPORTED_IMAGE, IMAGE_SERVICE_UNAVAILABLE;
   * with an idempotencyKey also CONFLICT and NOT_FOUND.
   */
  createResource?: Maybe<CreateResourcePayload>;
  /**
   * Changes the fields given; a field left out stays. `title: null` and `image: null` are BAD_USER_INPUT.
   * Codes: as createResource, NOT_FOUND, CONFLICT.
   */
  updateResource?: Maybe<UpdateResourcePayload>;
  /** Deletes the resource, and with it its image. Codes: UNAUTHENTICATED, NOT_FOUND, CONFLICT. */
  deleteResource?: Maybe<DeleteResourcePayload>;
};


/** What can be changed. The mutations of one operation run one after the other. */
export type MutationCreateResourceArgs = {
  input: CreateResourceInput;
};


/** What can be changed. The mutations of one operation run one after the other. */
export type MutationUpdateResourceArgs = {
  input: UpdateResourceInput;
};


/** What can be changed. The mutations of one operation run one after the other. */
export type MutationDeleteResourceArgs = {
  input: DeleteResourceInput;
};

/** An account. Everybody sees their own only. */
export type User = {
  __typename?: 'User';
  /** Never changes and is never given out again. */
  id: Scalars['ID']['output'];
  /** The user's resources; only the viewer's own. Takes what Query.resources takes. Codes: FORBIDDEN on anybody else's, UNAUTHENTICATED, BAD_USER_INPUT. */
  resources?: Maybe<ResourceConnection>;
};


/** An account. Everybody sees their own only. */
export type UserResourcesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  orderBy?: ResourceOrder;
  filter?: InputMaybe<ResourceFilter>;
};

/** An image of a user's, with what the user says of it. Seen by its owner only. */
export type Resource = {
  __typename?: 'Resource';
  /** Never changes and is never given out again. */
  id: Scalars['ID']['output'];
  /** 1 to 200 characters. */
  title: Scalars['String']['output'];
  /** At most 5,000 characters. */
  description?: Maybe<Scalars['String']['output']>;
  /** The image itself, and what is known of it. */
  image: Image;
  /** Whose it is; null where the account is gone or cannot be asked for. */
  owner?: Maybe<User>;
  /** When it was created. */
  createdAt: Scalars['DateTime']['output'];
  /** When it last changed. */
  updatedAt: Scalars['DateTime']['output'];
  /** Grows by one with every change; pass it back as expectedVersion. */
  version: Scalars['Int']['output'];
};

/** An image as the image service holds it. */
export type Image = {
  __typename?: 'Image';
  /** Public: anyone who has it can request the image. Stays the same when the image is replaced. */
  url: Scalars['String']['output'];
  /** image/gif, image/jpeg or image/png, read from the bytes themselves. */
  contentType: Scalars['String']['output'];
  /** Pixels, as the file says; an orientation in its metadata is not applied. */
  width: Scalars['Int']['output'];
  /** Pixels, as the file says; of one frame where there are several. */
  height: Scalars['Int']['output'];
  /** Bytes served at url. */
  sizeBytes: Scalars['Int']['output'];
  /** SHA-256 of the bytes served at url, in lower-case hex. */
  sha256: Scalars['String']['output'];
};

/** A page of resources, after the Relay cursor connections specification. */
export type ResourceConnection = {
  __typename?: 'ResourceConnection';
  /** The page's resources, each with its cursor. */
  edges: Array<ResourceEdge>;
  /** The page's resources, without cursors. */
  nodes: Array<Resource>;
  /** Where the page lies in the list. */
  pageInfo: PageInfo;
  /** How many there are on all pages together; counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A resource at its place in a list. */
export type ResourceEdge = {
  __typename?: 'ResourceEdge';
  /** Opaque; holds for the same order and filter only. */
  cursor: Scalars['String']['output'];
  /** The resource. */
  node: Resource;
};

/** Where a page lies in its list. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** Whether more comes after the page. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Whether more comes before the page. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** The first edge's cursor; null where the page is empty. */
  startCursor?: Maybe<Scalars['String']['output']>;
  /** The last edge's cursor; null where the page is empty. */
  endCursor?: Maybe<Scalars['String']['output']>;
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
  search?: InputMaybe<Scalars['String']['input']>;
  /** One of the image content types. */
  contentType?: InputMaybe<Scalars['String']['input']>;
  /** Created at this instant or later. */
  createdFrom?: InputMaybe<Scalars['DateTime']['input']>;
  /** Created before this instant. */
  createdBefore?: InputMaybe<Scalars['DateTime']['input']>;
};

/** An image to be stored. */
export type ImageInput = {
  /** The image's bytes in base64 (RFC 4648, section 4). GIF, JPEG or PNG. */
  data: Scalars['String']['input'];
  /** Where given, it must be what the bytes are, or the code is UNSUPPORTED_IMAGE. */
  contentType?: InputMaybe<Scalars['String']['input']>;
};

/** What a new resource holds. */
export type CreateResourceInput = {
  /** 1 to 200 characters (code points) after trimming. */
  title: Scalars['String']['input'];
  /** At most 5,000 characters. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** The image itself. */
  image: ImageInput;
  /**
   * 1 to 64 characters of the client's choice, kept for 24 hours by user. The same key with the same input stores nothing new
   * and answers with the first success again, as the resource is now (NOT_FOUND where it was deleted since); after an error
   * it tries again; while the first is under way, CONFLICT with reason IN_PROGRESS; with other input, CONFLICT with reason
   * KEY_REUSED.
   */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

/** Which resource, and what of it changes. */
export type UpdateResourceInput = {
  /** The resource's id. */
  id: Scalars['ID']['input'];
  /** 1 to 200 characters (code points) after trimming. */
  title?: InputMaybe<Scalars['String']['input']>;
  /** At most 5,000 characters; null clears it. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** The bytes to replace the image with; its URL stays the same. */
  image?: InputMaybe<ImageInput>;
  /** Where given and the resource has moved on, the code is CONFLICT with reason VERSION_PASSED, and nothing changes. */
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
};

/** Which resource to delete. */
export type DeleteResourceInput = {
  /** The resource's id. */
  id: Scalars['ID']['input'];
  /** Where given and the resource has moved on, the code is CONFLICT with reason VERSION_PASSED, and nothing changes. */
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
};

/** What createResource answers with. */
export type CreateResourcePayload = {
  __typename?: 'CreateResourcePayload';
  /** The new resource. */
  resource: Resource;
};

/** What updateResource answers with. */
export type UpdateResourcePayload = {
  __typename?: 'UpdateResourcePayload';
  /** The resource as it is now. */
  resource: Resource;
};

/** What deleteResource answers with. */
export type DeleteResourcePayload = {
  __typename?: 'DeleteResourcePayload';
  /** The id of what is gone. */
  deletedResourceId: Scalars['ID']['output'];
};



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  User: User;
  Resource: Resource;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  User:
    ( { __typename: 'User' }
    & GraphQLRecursivePick<FederationTypes['User'], {"id":true}> );
  Resource:
    ( { __typename: 'Resource' }
    & GraphQLRecursivePick<FederationTypes['Resource'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  User: ResolverTypeWrapper<Reference>;
  Resource: ResolverTypeWrapper<StoredResource>;
  Image: ResolverTypeWrapper<Image>;
  ResourceConnection: ResolverTypeWrapper<ListedResources>;
  ResourceEdge: ResolverTypeWrapper<Omit<ResourceEdge, 'node'> & { node: ResolversTypes['Resource'] }>;
  PageInfo: ResolverTypeWrapper<ListedPage>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  ResourceOrder: ResourceOrder;
  ResourceFilter: ResourceFilter;
  ImageInput: ImageInput;
  CreateResourceInput: CreateResourceInput;
  UpdateResourceInput: UpdateResourceInput;
  DeleteResourceInput: DeleteResourceInput;
  CreateResourcePayload: ResolverTypeWrapper<Omit<CreateResourcePayload, 'resource'> & { resource: ResolversTypes['Resource'] }>;
  UpdateResourcePayload: ResolverTypeWrapper<Omit<UpdateResourcePayload, 'resource'> & { resource: ResolversTypes['Resource'] }>;
  DeleteResourcePayload: ResolverTypeWrapper<DeleteResourcePayload>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  Query: Record<PropertyKey, never>;
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  String: Scalars['String']['output'];
  Mutation: Record<PropertyKey, never>;
  User: Reference;
  Resource: StoredResource;
  Image: Image;
  ResourceConnection: ListedResources;
  ResourceEdge: Omit<ResourceEdge, 'node'> & { node: ResolversParentTypes['Resource'] };
  PageInfo: ListedPage;
  Boolean: Scalars['Boolean']['output'];
  ResourceFilter: ResourceFilter;
  ImageInput: ImageInput;
  CreateResourceInput: CreateResourceInput;
  UpdateResourceInput: UpdateResourceInput;
  DeleteResourceInput: DeleteResourceInput;
  CreateResourcePayload: Omit<CreateResourcePayload, 'resource'> & { resource: ResolversParentTypes['Resource'] };
  UpdateResourcePayload: Omit<UpdateResourcePayload, 'resource'> & { resource: ResolversParentTypes['Resource'] };
  DeleteResourcePayload: DeleteResourcePayload;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type QueryResolvers<ContextType = ResourcesContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  resource?: Resolver<Maybe<ResolversTypes['Resource']>, ParentType, ContextType, RequireFields<QueryResourceArgs, 'id'>>;
  resources?: Resolver<Maybe<ResolversTypes['ResourceConnection']>, ParentType, ContextType, RequireFields<QueryResourcesArgs, 'orderBy'>>;
};

export type MutationResolvers<ContextType = ResourcesContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  createResource?: Resolver<Maybe<ResolversTypes['CreateResourcePayload']>, ParentType, ContextType, RequireFields<MutationCreateResourceArgs, 'input'>>;
  updateResource?: Resolver<Maybe<ResolversTypes['UpdateResourcePayload']>, ParentType, ContextType, RequireFields<MutationUpdateResourceArgs, 'input'>>;
  deleteResource?: Resolver<Maybe<ResolversTypes['DeleteResourcePayload']>, ParentType, ContextType, RequireFields<MutationDeleteResourceArgs, 'input'>>;
};

export type UserResolvers<ContextType = ResourcesContext, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User'], FederationReferenceType extends FederationReferenceTypes['User'] = FederationReferenceTypes['User']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['User']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  resources?: Resolver<Maybe<ResolversTypes['ResourceConnection']>, ParentType, ContextType, RequireFields<UserResourcesArgs, 'orderBy'>>;
};

export type ResourceResolvers<ContextType = ResourcesContext, ParentType extends ResolversParentTypes['Resource'] = ResolversParentTypes['Resource'], FederationReferenceType extends FederationReferenceTypes['Resource'] = FederationReferenceTypes['Resource']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Resource']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  image?: Resolver<ResolversTypes['Image'], ParentType, ContextType>;
  owner?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ImageResolvers<ContextType = ResourcesContext, ParentType extends ResolversParentTypes['Image'] = ResolversParentTypes['Image']> = {
  url?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  contentType?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  width?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  height?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  sizeBytes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  sha256?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ResourceConnectionResolvers<ContextType = ResourcesContext, ParentType extends ResolversParentTypes['ResourceConnection'] = ResolversParentTypes['ResourceConnection']> = {
  edges?: Resolver<Array<ResolversTypes['ResourceEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['Resource']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ResourceEdgeResolvers<ContextType = ResourcesContext, ParentType extends ResolversParentTypes['ResourceEdge'] = ResolversParentTypes['ResourceEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Resource'], ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = ResourcesContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CreateResourcePayloadResolvers<ContextType = ResourcesContext, ParentType extends ResolversParentTypes['CreateResourcePayload'] = ResolversParentTypes['CreateResourcePayload']> = {
  resource?: Resolver<ResolversTypes['Resource'], ParentType, ContextType>;
};

export type UpdateResourcePayloadResolvers<ContextType = ResourcesContext, ParentType extends ResolversParentTypes['UpdateResourcePayload'] = ResolversParentTypes['UpdateResourcePayload']> = {
  resource?: Resolver<ResolversTypes['Resource'], ParentType, ContextType>;
};

export type DeleteResourcePayloadResolvers<ContextType = ResourcesContext, ParentType extends ResolversParentTypes['DeleteResourcePayload'] = ResolversParentTypes['DeleteResourcePayload']> = {
  deletedResourceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type Resolvers<ContextType = ResourcesContext> = {
  DateTime?: GraphQLScalarType;
  Query?: QueryResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  Resource?: ResourceResolvers<ContextType>;
  Image?: ImageResolvers<ContextType>;
  ResourceConnection?: ResourceConnectionResolvers<ContextType>;
  ResourceEdge?: ResourceEdgeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  CreateResourcePayload?: CreateResourcePayloadResolvers<ContextType>;
  UpdateResourcePayload?: UpdateResourcePayloadResolvers<ContextType>;
  DeleteResourcePayload?: DeleteResourcePayloadResolvers<ContextType>;
};


