// Made by `npm run codegen`: change what it is made of, not this file.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { User as StoredUser } from '../storage/user-store.ts';
import type { AuthContext } from '../resolvers.ts';
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
  /** The account of the bearer token. Codes: UNAUTHENTICATED. */
  me?: Maybe<User>;
  /** The viewer's open sessions, last used first. Codes: UNAUTHENTICATED. */
  sessions?: Maybe<Array<Session>>;
};

/** What can be changed. The mutations of one operation run one after the other; at most one of register, login, changePassword and deleteAccount may be among them. */
export type Mutation = {
  __typename?: 'Mutation';
  /** Opens an account and logs it in. Codes: BAD_USER_INPUT, USERNAME_TAKEN, RATE_LIMITED. */
  register?: Maybe<AuthPayload>;
  /** Opens a session. Codes: INVALID_CREDENTIALS (an unknown name and a wrong password look, and cost, the same), RATE_LIMITED. */
  login?: Maybe<AuthPayload>;
  /**
   * Trades a refresh token for a new pair. Used again within the grace period (10 seconds, unless the operator has set another) it
   * gives another pair, for honest clients that raced; used again later it ends its whole session. Codes: INVALID_REFRESH_TOKEN.
   */
  refreshSession?: Maybe<AuthPayload>;
  /** Ends the session that the refresh token belongs to; true also where it had ended before. Needs no access token. Codes: none. */
  logout?: Maybe<LogoutPayload>;
  /** Ends every session of the viewer. Codes: UNAUTHENTICATED. */
  logoutEverywhere?: Maybe<LogoutPayload>;
  /** Ends one session of the viewer. Codes: UNAUTHENTICATED, NOT_FOUND. */
  endSession?: Maybe<LogoutPayload>;
  /**
   * Changes the password, ends every other session, and gives the viewer's own a new pair: refresh tokens given to it before
   * hold no longer. Codes: UNAUTHENTICATED, INVALID_CREDENTIALS, BAD_USER_INPUT, RATE_LIMITED.
   */
  changePassword?: Maybe<AuthPayload>;
  /** Deletes the account, and with it every resource and image of its owner. Codes: UNAUTHENTICATED, INVALID_CREDENTIALS, RATE_LIMITED. */
  deleteAccount?: Maybe<DeleteAccountPayload>;
};


/** What can be changed. The mutations of one operation run one after the other; at most one of register, login, changePassword and deleteAccount may be among them. */
export type MutationRegisterArgs = {
  input: RegisterInput;
};


/** What can be changed. The mutations of one operation run one after the other; at most one of register, login, changePassword and deleteAccount may be among them. */
export type MutationLoginArgs = {
  input: LoginInput;
};


/** What can be changed. The mutations of one operation run one after the other; at most one of register, login, changePassword and deleteAccount may be among them. */
export type MutationRefreshSessionArgs = {
  input: RefreshSessionInput;
};


/** What can be changed. The mutations of one operation run one after the other; at most one of register, login, changePassword and deleteAccount may be among them. */
export type MutationLogoutArgs = {
  input: LogoutInput;
};


/** What can be changed. The mutations of one operation run one after the other; at most one of register, login, changePassword and deleteAccount may be among them. */
export type MutationEndSessionArgs = {
  input: EndSessionInput;
};


/** What can be changed. The mutations of one operation run one after the other; at most one of register, login, changePassword and deleteAccount may be among them. */
export type MutationChangePasswordArgs = {
  input: ChangePasswordInput;
};


/** What can be changed. The mutations of one operation run one after the other; at most one of register, login, changePassword and deleteAccount may be among them. */
export type MutationDeleteAccountArgs = {
  input: DeleteAccountInput;
};

/** An account. Everybody sees their own only. */
export type User = {
  __typename?: 'User';
  /** Never changes and is never given out again. */
  id: Scalars['ID']['output'];
  /** As the user wrote it, NFKC-normalised; unique whatever the case, and told apart at sight from names in other scripts. */
  username: Scalars['String']['output'];
  /** When the account was opened. */
  createdAt: Scalars['DateTime']['output'];
};

/** Tokens for the account that registered or logged in, after RFC 6749, section 5.1. */
export type AuthPayload = {
  __typename?: 'AuthPayload';
  /** A signed JWT (RFC 9068) for the header `Authorization: Bearer …`. */
  accessToken: Scalars['String']['output'];
  /** Always Bearer. */
  tokenType: Scalars['String']['output'];
  /** Seconds until accessToken expires. */
  expiresIn: Scalars['Int']['output'];
  /** Opaque; trade it with refreshSession, once. It holds 30 days from then on, and its session 90 days at most. */
  refreshToken: Scalars['String']['output'];
  /** The account that the tokens speak for. */
  user: User;
};

/** What somebody is logged in by: from log-in to log-out, on one device. */
export type Session = {
  __typename?: 'Session';
  /** Also the `sid` of its access tokens. */
  id: Scalars['ID']['output'];
  /** When it was logged in. */
  createdAt: Scalars['DateTime']['output'];
  /** When tokens were last given out to it. */
  lastUsedAt: Scalars['DateTime']['output'];
  /** When it ends unless it is refreshed before: 30 days after it was last used, and 90 days after it was opened at most. */
  expiresAt: Scalars['DateTime']['output'];
  /** Whether the request's own token belongs to it. */
  isCurrent: Scalars['Boolean']['output'];
  /** What the client said of itself when it logged in, at most 200 characters. */
  userAgent?: Maybe<Scalars['String']['output']>;
};

/** That a session has ended. */
export type LogoutPayload = {
  __typename?: 'LogoutPayload';
  /** Always true. */
  loggedOut: Scalars['Boolean']['output'];
};

/** That an account has been deleted. */
export type DeleteAccountPayload = {
  __typename?: 'DeleteAccountPayload';
  /** Whose it was. */
  deletedUserId: Scalars['ID']['output'];
};

/** What a new account needs. */
export type RegisterInput = {
  /** 3 to 32 characters: letters and digits of any script, '.', '_' and '-', after NFKC; unique whatever the case. */
  username: Scalars['String']['input'];
  /**
   * At least 8 characters and at most 72 bytes of UTF-8 (bcrypt's limit): longer is refused, never cut. Neither one of the
   * 100,000 most common breached ones, nor with the username or the product's name inside.
   */
  password: Scalars['String']['input'];
};

/** What proves who somebody is. */
export type LoginInput = {
  /** The account's name, in any case. */
  username: Scalars['String']['input'];
  /** The account's password. */
  password: Scalars['String']['input'];
};

/** What a session goes on by. */
export type RefreshSessionInput = {
  /** As it was given out. */
  refreshToken: Scalars['String']['input'];
};

/** Which session ends. */
export type LogoutInput = {
  /** As it was given out. */
  refreshToken: Scalars['String']['input'];
};

/** Which session ends. */
export type EndSessionInput = {
  /** As `sessions` tells it. */
  sessionId: Scalars['ID']['input'];
};

/** A password and the one that takes its place. */
export type ChangePasswordInput = {
  /** As it is. */
  currentPassword: Scalars['String']['input'];
  /** As it is to be, after the rules of RegisterInput. */
  newPassword: Scalars['String']['input'];
};

/** What proves that it is the account's owner who deletes it. */
export type DeleteAccountInput = {
  /** The account's password. */
  password: Scalars['String']['input'];
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
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  User:
    ( { __typename: 'User' }
    & GraphQLRecursivePick<FederationTypes['User'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  User: ResolverTypeWrapper<StoredUser>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  AuthPayload: ResolverTypeWrapper<Omit<AuthPayload, 'user'> & { user: ResolversTypes['User'] }>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Session: ResolverTypeWrapper<Session>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  LogoutPayload: ResolverTypeWrapper<LogoutPayload>;
  DeleteAccountPayload: ResolverTypeWrapper<DeleteAccountPayload>;
  RegisterInput: RegisterInput;
  LoginInput: LoginInput;
  RefreshSessionInput: RefreshSessionInput;
  LogoutInput: LogoutInput;
  EndSessionInput: EndSessionInput;
  ChangePasswordInput: ChangePasswordInput;
  DeleteAccountInput: DeleteAccountInput;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  Query: Record<PropertyKey, never>;
  Mutation: Record<PropertyKey, never>;
  User: StoredUser;
  ID: Scalars['ID']['output'];
  String: Scalars['String']['output'];
  AuthPayload: Omit<AuthPayload, 'user'> & { user: ResolversParentTypes['User'] };
  Int: Scalars['Int']['output'];
  Session: Session;
  Boolean: Scalars['Boolean']['output'];
  LogoutPayload: LogoutPayload;
  DeleteAccountPayload: DeleteAccountPayload;
  RegisterInput: RegisterInput;
  LoginInput: LoginInput;
  RefreshSessionInput: RefreshSessionInput;
  LogoutInput: LogoutInput;
  EndSessionInput: EndSessionInput;
  ChangePasswordInput: ChangePasswordInput;
  DeleteAccountInput: DeleteAccountInput;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type QueryResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  me?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  sessions?: Resolver<Maybe<Array<ResolversTypes['Session']>>, ParentType, ContextType>;
};

export type MutationResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  register?: Resolver<Maybe<ResolversTypes['AuthPayload']>, ParentType, ContextType, RequireFields<MutationRegisterArgs, 'input'>>;
  login?: Resolver<Maybe<ResolversTypes['AuthPayload']>, ParentType, ContextType, RequireFields<MutationLoginArgs, 'input'>>;
  refreshSession?: Resolver<Maybe<ResolversTypes['AuthPayload']>, ParentType, ContextType, RequireFields<MutationRefreshSessionArgs, 'input'>>;
  logout?: Resolver<Maybe<ResolversTypes['LogoutPayload']>, ParentType, ContextType, RequireFields<MutationLogoutArgs, 'input'>>;
  logoutEverywhere?: Resolver<Maybe<ResolversTypes['LogoutPayload']>, ParentType, ContextType>;
  endSession?: Resolver<Maybe<ResolversTypes['LogoutPayload']>, ParentType, ContextType, RequireFields<MutationEndSessionArgs, 'input'>>;
  changePassword?: Resolver<Maybe<ResolversTypes['AuthPayload']>, ParentType, ContextType, RequireFields<MutationChangePasswordArgs, 'input'>>;
  deleteAccount?: Resolver<Maybe<ResolversTypes['DeleteAccountPayload']>, ParentType, ContextType, RequireFields<MutationDeleteAccountArgs, 'input'>>;
};

export type UserResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User'], FederationReferenceType extends FederationReferenceTypes['User'] = FederationReferenceTypes['User']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['User']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  username?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type AuthPayloadResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['AuthPayload'] = ResolversParentTypes['AuthPayload']> = {
  accessToken?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tokenType?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  expiresIn?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  refreshToken?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type SessionResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['Session'] = ResolversParentTypes['Session']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lastUsedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  isCurrent?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  userAgent?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type LogoutPayloadResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['LogoutPayload'] = ResolversParentTypes['LogoutPayload']> = {
  loggedOut?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type DeleteAccountPayloadResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['DeleteAccountPayload'] = ResolversParentTypes['DeleteAccountPayload']> = {
  deletedUserId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type Resolvers<ContextType = AuthContext> = {
  DateTime?: GraphQLScalarType;
  Query?: QueryResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  AuthPayload?: AuthPayloadResolvers<ContextType>;
  Session?: SessionResolvers<ContextType>;
  LogoutPayload?: LogoutPayloadResolvers<ContextType>;
  DeleteAccountPayload?: DeleteAccountPayloadResolvers<ContextType>;
};


