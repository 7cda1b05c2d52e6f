// Made by `npm run codegen`: change what it is made of, not this file.
/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query ListWithOwners { me { mine: resources { edges { node { ...R } } } } }\n  fragment R on Resource { named: title picture: image { ... on Image { at: url } } }\n": typeof types.ListWithOwnersDocument,
    "\n  query FirstOnes($first: Int) { resources(first: $first) { totalCount } }\n": typeof types.FirstOnesDocument,
    "\n  query OnesAfter($after: String) { resources(after: $after) { totalCount } }\n": typeof types.OnesAfterDocument,
    "\n  query NewerOnes($from: DateTime) { resources(filter: { createdFrom: $from }) { totalCount } }\n": typeof types.NewerOnesDocument,
    "\n  query ListAsVisitor { me { username } resources { totalCount nodes { title image { url } owner { username } } } }\n": typeof types.ListAsVisitorDocument,
    "\n  query IdsAndImageUrls { resources(first: 100) { nodes { id image { url } } } }\n": typeof types.IdsAndImageUrlsDocument,
    "\n  query SeenByHeir($id: ID!) { me { username } sessions { id } resource(id: $id) { id } resources { totalCount } }\n": typeof types.SeenByHeirDocument,
    "\n  mutation DeleteAndCreate($account: DeleteAccountInput!, $input: CreateResourceInput!) {\n    deleteAccount(input: $account) { deletedUserId }\n    createResource(input: $input) { resource { id } }\n  }\n": typeof types.DeleteAndCreateDocument,
    "\n  query FoundBySearch($search: String) { resources(filter: { search: $search }) { totalCount } }\n": typeof types.FoundBySearchDocument,
    "\n  query ResourcePage(\n    $first: Int $after: String $last: Int $before: String $orderBy: ResourceOrder! = NEWEST $filter: ResourceFilter\n  ) {\n    resources(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy, filter: $filter) {\n      nodes { title } edges { cursor node { title } } totalCount\n      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }\n    }\n  }\n": typeof types.ResourcePageDocument,
    "\n  query FirstByTitle {\n    me { resources(first: 1, orderBy: TITLE, filter: { search: \"a\" }) { nodes { title } totalCount } }\n  }\n": typeof types.FirstByTitleDocument,
    "\n  query SeenByBob($id: ID!) { resource(id: $id) { id } resources { totalCount } }\n": typeof types.SeenByBobDocument,
    "\n  query Joined { me { resources { totalCount } } resources { nodes { title owner { username } } } }\n": typeof types.JoinedDocument,
    "\n  mutation OneOfThree($input: RegisterInput!) {\n    a: logout(input: { refreshToken: \"none\" }) { loggedOut }\n    register(input: $input) { user { username } }\n    b: logout(input: { refreshToken: \"none\" }) { loggedOut }\n  }\n": typeof types.OneOfThreeDocument,
    "\n  query JoinedBothWays {\n    me { username resources { totalCount } } resources { nodes { title owner { username } } }\n  }\n": typeof types.JoinedBothWaysDocument,
    "\n  mutation UpdateTexts($id: ID!, $title: String, $description: String) {\n    updateResource(input: { id: $id, title: $title, description: $description }) { resource { title description } }\n  }\n": typeof types.UpdateTextsDocument,
    "\n  mutation UpdateDescription($id: ID!, $description: String) {\n    updateResource(input: { id: $id, description: $description }) { resource { description } }\n  }\n": typeof types.UpdateDescriptionDocument,
    "\n  fragment CountAndNextPage on ResourceConnection { totalCount pageInfo { hasNextPage } }\n": typeof types.CountAndNextPageFragmentDoc,
    "\n  query ConditionalFragment($is: Boolean!) {\n    one: resources { ...CountAndNextPage @include(if: $is) }\n    two: resources { ...CountAndNextPage __typename }\n  }\n": typeof types.ConditionalFragmentDocument,
    "\n  query ConditionalFields($id: ID!, $is: Boolean!) {\n    resources { nodes { id } } resources @include(if: $is) { nodes { description image { sha256 } } }\n    resource(id: $id) { id } resource(id: $id) @skip(if: $is) { description }\n  }\n": typeof types.ConditionalFieldsDocument,
    "\n  mutation OneNull($id: ID!, $none: DeleteResourceInput = { id: \"nothing\" }) {\n    first: updateResource(input: { id: $id, title: \"First\" }) { resource { title } }\n    none: deleteResource(input: $none) { deletedResourceId }\n    last: updateResource(input: { id: $id, title: \"Last\" }) { resource { title } }\n  }\n": typeof types.OneNullDocument,
    "\n  fragment KeptResource on Resource {\n    id title description version createdAt updatedAt owner { id username }\n    image { url contentType width height sizeBytes sha256 }\n  }\n": typeof types.KeptResourceFragmentDoc,
    "\n  query EverythingKept {\n    me { username resources(first: 50, orderBy: TITLE) { totalCount nodes { ...KeptResource } } }\n  }\n": typeof types.EverythingKeptDocument,
    "\n  mutation CreateBesideKept($input: CreateResourceInput!) {\n    createResource(input: $input) { resource { ...KeptResource } }\n  }\n": typeof types.CreateBesideKeptDocument,
    "\n  mutation UpdateKept($input: UpdateResourceInput!) {\n    updateResource(input: $input) { resource { ...KeptResource } }\n  }\n": typeof types.UpdateKeptDocument,
    "\n  query OneSupergraph { me { username } resources { nodes { title owner { username } } } }\n": typeof types.OneSupergraphDocument,
    "\n  fragment GivenTokens on AuthPayload {\n    accessToken refreshToken tokenType expiresIn user { id username }\n  }\n": typeof types.GivenTokensFragmentDoc,
    "\n  mutation Register($input: RegisterInput!) { register(input: $input) { ...GivenTokens } }\n": typeof types.RegisterDocument,
    "\n  mutation LogIn($input: LoginInput!) { login(input: $input) { ...GivenTokens } }\n": typeof types.LogInDocument,
    "\n  mutation RefreshSession($input: RefreshSessionInput!) { refreshSession(input: $input) { ...GivenTokens } }\n": typeof types.RefreshSessionDocument,
    "\n  mutation LogOut($input: LogoutInput!) { logout(input: $input) { loggedOut } }\n": typeof types.LogOutDocument,
    "\n  mutation LogOutEverywhere { logoutEverywhere { loggedOut } }\n": typeof types.LogOutEverywhereDocument,
    "\n  mutation EndSession($input: EndSessionInput!) { endSession(input: $input) { loggedOut } }\n": typeof types.EndSessionDocument,
    "\n  mutation ChangePassword($input: ChangePasswordInput!) { changePassword(input: $input) { ...GivenTokens } }\n": typeof types.ChangePasswordDocument,
    "\n  mutation DeleteAccount($input: DeleteAccountInput!) { deleteAccount(input: $input) { deletedUserId } }\n": typeof types.DeleteAccountDocument,
    "\n  fragment ShownSession on Session { id createdAt lastUsedAt expiresAt isCurrent userAgent }\n": typeof types.ShownSessionFragmentDoc,
    "\n  query Sessions { sessions { ...ShownSession } }\n": typeof types.SessionsDocument,
    "\n  query BothSubgraphs { me { username } resources(first: 1) { totalCount nodes { title } } }\n": typeof types.BothSubgraphsDocument,
    "\n  fragment ShownResource on Resource {\n    id title description version owner { username }\n    image { url contentType width height sizeBytes sha256 }\n  }\n": typeof types.ShownResourceFragmentDoc,
    "\n  mutation CreateResource($input: CreateResourceInput!) {\n    createResource(input: $input) { resource { ...ShownResource } }\n  }\n": typeof types.CreateResourceDocument,
    "\n  mutation UpdateResource($input: UpdateResourceInput!) {\n    updateResource(input: $input) { resource { ...ShownResource } }\n  }\n": typeof types.UpdateResourceDocument,
    "\n  fragment StoredResource on Resource { id version title owner { id } image { url sha256 } }\n": typeof types.StoredResourceFragmentDoc,
    "\n  mutation CreateStored($input: CreateResourceInput!) {\n    createResource(input: $input) { resource { ...StoredResource } }\n  }\n": typeof types.CreateStoredDocument,
    "\n  mutation UpdateStored($input: UpdateResourceInput!) {\n    updateResource(input: $input) { resource { ...StoredResource } }\n  }\n": typeof types.UpdateStoredDocument,
    "\n  mutation DeleteResource($input: DeleteResourceInput!) {\n    deleteResource(input: $input) { deletedResourceId }\n  }\n": typeof types.DeleteResourceDocument,
    "\n  query OneResource($id: ID!) {\n    resource(id: $id) { ...ShownResource }\n  }\n": typeof types.OneResourceDocument,
    "\n  query Viewer { me { id username } }\n": typeof types.ViewerDocument,
    "\n  query ResourceCount { resources { totalCount } }\n": typeof types.ResourceCountDocument,
    "\n  query ViewerAndCount { me { id username } resources { totalCount } }\n": typeof types.ViewerAndCountDocument,
    "\n  query Titles($first: Int, $orderBy: ResourceOrder! = NEWEST, $filter: ResourceFilter) {\n    resources(first: $first, orderBy: $orderBy, filter: $filter) { nodes { title } }\n  }\n": typeof types.TitlesDocument,
    "\n  query VersionAndCount($id: ID!) { resource(id: $id) { id version } resources { totalCount } }\n": typeof types.VersionAndCountDocument,
};
const documents: Documents = {
    "\n  query ListWithOwners { me { mine: resources { edges { node { ...R } } } } }\n  fragment R on Resource { named: title picture: image { ... on Image { at: url } } }\n": types.ListWithOwnersDocument,
    "\n  query FirstOnes($first: Int) { resources(first: $first) { totalCount } }\n": types.FirstOnesDocument,
    "\n  query OnesAfter($after: String) { resources(after: $after) { totalCount } }\n": types.OnesAfterDocument,
    "\n  query NewerOnes($from: DateTime) { resources(filter: { createdFrom: $from }) { totalCount } }\n": types.NewerOnesDocument,
    "\n  query ListAsVisitor { me { username } resources { totalCount nodes { title image { url } owner { username } } } }\n": types.ListAsVisitorDocument,
    "\n  query IdsAndImageUrls { resources(first: 100) { nodes { id image { url } } } }\n": types.IdsAndImageUrlsDocument,
    "\n  query SeenByHeir($id: ID!) { me { username } sessions { id } resource(id: $id) { id } resources { totalCount } }\n": types.SeenByHeirDocument,
    "\n  mutation DeleteAndCreate($account: DeleteAccountInput!, $input: CreateResourceInput!) {\n    deleteAccount(input: $account) { deletedUserId }\n    createResource(input: $input) { resource { id } }\n  }\n": types.DeleteAndCreateDocument,
    "\n  query FoundBySearch($search: String) { resources(filter: { search: $search }) { totalCount } }\n": types.FoundBySearchDocument,
    "\n  query ResourcePage(\n    $first: Int $after: String $last: Int $before: String $orderBy: ResourceOrder! = NEWEST $filter: ResourceFilter\n  ) {\n    resources(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy, filter: $filter) {\n      nodes { title } edges { cursor node { title } } totalCount\n      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }\n    }\n  }\n": types.ResourcePageDocument,
    "\n  query FirstByTitle {\n    me { resources(first: 1, orderBy: TITLE, filter: { search: \"a\" }) { nodes { title } totalCount } }\n  }\n": types.FirstByTitleDocument,
    "\n  query SeenByBob($id: ID!) { resource(id: $id) { id } resources { totalCount } }\n": types.SeenByBobDocument,
    "\n  query Joined { me { resources { totalCount } } resources { nodes { title owner { username } } } }\n": types.JoinedDocument,
    "\n  mutation OneOfThree($input: RegisterInput!) {\n    a: logout(input: { refreshToken: \"none\" }) { loggedOut }\n    register(input: $input) { user { username } }\n    b: logout(input: { refreshToken: \"none\" }) { loggedOut }\n  }\n": types.OneOfThreeDocument,
    "\n  query JoinedBothWays {\n    me { username resources { totalCount } } resources { nodes { title owner { username } } }\n  }\n": types.JoinedBothWaysDocument,
    "\n  mutation UpdateTexts($id: ID!, $title: String, $description: String) {\n    updateResource(input: { id: $id, title: $title, description: $description }) { resource { title description } }\n  }\n": types.UpdateTextsDocument,
    "\n  mutation UpdateDescription($id: ID!, $description: String) {\n    updateResource(input: { id: $id, description: $description }) { resource { description } }\n  }\n": types.UpdateDescriptionDocument,
    "\n  fragment CountAndNextPage on ResourceConnection { totalCount pageInfo { hasNextPage } }\n": types.CountAndNextPageFragmentDoc,
    "\n  query ConditionalFragment($is: Boolean!) {\n    one: resources { ...CountAndNextPage @include(if: $is) }\n    two: resources { ...CountAndNextPage __typename }\n  }\n": types.ConditionalFragmentDocument,
    "\n  query ConditionalFields($id: ID!, $is: Boolean!) {\n    resources { nodes { id } } resources @include(if: $is) { nodes { description image { sha256 } } }\n    resource(id: $id) { id } resource(id: $id) @skip(if: $is) { description }\n  }\n": types.ConditionalFieldsDocument,
    "\n  mutation OneNull($id: ID!, $none: DeleteResourceInput = { id: \"nothing\" }) {\n    first: updateResource(input: { id: $id, title: \"First\" }) { resource { title } }\n    none: deleteResource(input: $none) { deletedResourceId }\n    last: updateResource(input: { id: $id, title: \"Last\" }) { resource { title } }\n  }\n": types.OneNullDocument,
    "\n  fragment KeptResource on Resource {\n    id title description version createdAt updatedAt owner { id username }\n    image { url contentType width height sizeBytes sha256 }\n  }\n": types.KeptResourceFragmentDoc,
    "\n  query EverythingKept {\n    me { username resources(first: 50, orderBy: TITLE) { totalCount nodes { ...KeptResource } } }\n  }\n": types.EverythingKeptDocument,
    "\n  mutation CreateBesideKept($input: CreateResourceInput!) {\n    createResource(input: $input) { resource { ...KeptResource } }\n  }\n": types.CreateBesideKeptDocument,
    "\n  mutation UpdateKept($input: UpdateResourceInput!) {\n    updateResource(input: $input) { resource { ...KeptResource } }\n  }\n": types.UpdateKeptDocument,
    "\n  query OneSupergraph { me { username } resources { nodes { title owner { username } } } }\n": types.OneSupergraphDocument,
    "\n  fragment GivenTokens on AuthPayload {\n    accessToken refreshToken tokenType expiresIn user { id username }\n  }\n": types.GivenTokensFragmentDoc,
    "\n  mutation Register($input: RegisterInput!) { register(input: $input) { ...GivenTokens } }\n": types.RegisterDocument,
    "\n  mutation LogIn($input: LoginInput!) { login(input: $input) { ...GivenTokens } }\n": types.LogInDocument,
    "\n  mutation RefreshSession($input: RefreshSessionInput!) { refreshSession(input: $input) { ...GivenTokens } }\n": types.RefreshSessionDocument,
    "\n  mutation LogOut($input: LogoutInput!) { logout(input: $input) { loggedOut } }\n": types.LogOutDocument,
    "\n  mutation LogOutEverywhere { logoutEverywhere { loggedOut } }\n": types.LogOutEverywhereDocument,
    "\n  mutation EndSession($input: EndSessionInput!) { endSession(input: $input) { loggedOut } }\n": types.EndSessionDocument,
    "\n  mutation ChangePassword($input: ChangePasswordInput!) { changePassword(input: $input) { ...GivenTokens } }\n": types.ChangePasswordDocument,
    "\n  mutation DeleteAccount($input: DeleteAccountInput!) { deleteAccount(input: $input) { deletedUserId } }\n": types.DeleteAccountDocument,
    "\n  fragment ShownSession on Session { id createdAt lastUsedAt expiresAt isCurrent userAgent }\n": types.ShownSessionFragmentDoc,
    "\n  query Sessions { sessions { ...ShownSession } }\n": types.SessionsDocument,
    "\n  query BothSubgraphs { me { username } resources(first: 1) { totalCount nodes { title } } }\n": types.BothSubgraphsDocument,
    "\n  fragment ShownResource on Resource {\n    id title description version owner { username }\n    image { url contentType width height sizeBytes sha256 }\n  }\n": types.ShownResourceFragmentDoc,
    "\n  mutation CreateResource($input: CreateResourceInput!) {\n    createResource(input: $input) { resource { ...ShownResource } }\n  }\n": types.CreateResourceDocument,
    "\n  mutation UpdateResource($input: UpdateResourceInput!) {\n    updateResource(input: $input) { resource { ...ShownResource } }\n  }\n": types.UpdateResourceDocument,
    "\n  fragment StoredResource on Resource { id version title owner { id } image { url sha256 } }\n": types.StoredResourceFragmentDoc,
    "\n  mutation CreateStored($input: CreateResourceInput!) {\n    createResource(input: $input) { resource { ...StoredResource } }\n  }\n": types.CreateStoredDocument,
    "\n  mutation UpdateStored($input: UpdateResourceInput!) {\n    updateResource(input: $input) { resource { ...StoredResource } }\n  }\n": types.UpdateStoredDocument,
    "\n  mutation DeleteResource($input: DeleteResourceInput!) {\n    deleteResource(input: $input) { deletedResourceId }\n  }\n": types.DeleteResourceDocument,
    "\n  query OneResource($id: ID!) {\n    resource(id: $id) { ...ShownResource }\n  }\n": types.OneResourceDocument,
    "\n  query Viewer { me { id username } }\n": types.ViewerDocument,
    "\n  query ResourceCount { resources { totalCount } }\n": types.ResourceCountDocument,
    "\n  query ViewerAndCount { me { id username } resources { totalCount } }\n": types.ViewerAndCountDocument,
    "\n  query Titles($first: Int, $orderBy: ResourceOrder! = NEWEST, $filter: ResourceFilter) {\n    resources(first: $first, orderBy: $orderBy, filter: $filter) { nodes { title } }\n  }\n": types.TitlesDocument,
    "\n  query VersionAndCount($id: ID!) { resource(id: $id) { id version } resources { totalCount } }\n": types.VersionAndCountDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ListWithOwners { me { mine: resources { edges { node { ...R } } } } }\n  fragment R on Resource { named: title picture: image { ... on Image { at: url } } }\n"): typeof import('./graphql.ts').ListWithOwnersDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FirstOnes($first: Int) { resources(first: $first) { totalCount } }\n"): typeof import('./graphql.ts').FirstOnesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OnesAfter($after: String) { resources(after: $after) { totalCount } }\n"): typeof import('./graphql.ts').OnesAfterDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query NewerOnes($from: DateTime) { resources(filter: { createdFrom: $from }) { totalCount } }\n"): typeof import('./graphql.ts').NewerOnesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ListAsVisitor { me { username } resources { totalCount nodes { title image { url } owner { username } } } }\n"): typeof import('./graphql.ts').ListAsVisitorDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query IdsAndImageUrls { resources(first: 100) { nodes { id image { url } } } }\n"): typeof import('./graphql.ts').IdsAndImageUrlsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SeenByHeir($id: ID!) { me { username } sessions { id } resource(id: $id) { id } resources { totalCount } }\n"): typeof import('./graphql.ts').SeenByHeirDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteAndCreate($account: DeleteAccountInput!, $input: CreateResourceInput!) {\n    deleteAccount(input: $account) { deletedUserId }\n    createResource(input: $input) { resource { id } }\n  }\n"): typeof import('./graphql.ts').DeleteAndCreateDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FoundBySearch($search: String) { resources(filter: { search: $search }) { totalCount } }\n"): typeof import('./graphql.ts').FoundBySearchDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ResourcePage(\n    $first: Int $after: String $last: Int $before: String $orderBy: ResourceOrder! = NEWEST $filter: ResourceFilter\n  ) {\n    resources(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy, filter: $filter) {\n      nodes { title } edges { cursor node { title } } totalCount\n      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }\n    }\n  }\n"): typeof import('./graphql.ts').ResourcePageDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FirstByTitle {\n    me { resources(first: 1, orderBy: TITLE, filter: { search: \"a\" }) { nodes { title } totalCount } }\n  }\n"): typeof import('./graphql.ts').FirstByTitleDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SeenByBob($id: ID!) { resource(id: $id) { id } resources { totalCount } }\n"): typeof import('./graphql.ts').SeenByBobDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Joined { me { resources { totalCount } } resources { nodes { title owner { username } } } }\n"): typeof import('./graphql.ts').JoinedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation OneOfThree($input: RegisterInput!) {\n    a: logout(input: { refreshToken: \"none\" }) { loggedOut }\n    register(input: $input) { user { username } }\n    b: logout(input: { refreshToken: \"none\" }) { loggedOut }\n  }\n"): typeof import('./graphql.ts').OneOfThreeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query JoinedBothWays {\n    me { username resources { totalCount } } resources { nodes { title owner { username } } }\n  }\n"): typeof import('./graphql.ts').JoinedBothWaysDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateTexts($id: ID!, $title: String, $description: String) {\n    updateResource(input: { id: $id, title: $title, description: $description }) { resource { title description } }\n  }\n"): typeof import('./graphql.ts').UpdateTextsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateDescription($id: ID!, $description: String) {\n    updateResource(input: { id: $id, description: $description }) { resource { description } }\n  }\n"): typeof import('./graphql.ts').UpdateDescriptionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment CountAndNextPage on ResourceConnection { totalCount pageInfo { hasNextPage } }\n"): typeof import('./graphql.ts').CountAndNextPageFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ConditionalFragment($is: Boolean!) {\n    one: resources { ...CountAndNextPage @include(if: $is) }\n    two: resources { ...CountAndNextPage __typename }\n  }\n"): typeof import('./graphql.ts').ConditionalFragmentDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ConditionalFields($id: ID!, $is: Boolean!) {\n    resources { nodes { id } } resources @include(if: $is) { nodes { description image { sha256 } } }\n    resource(id: $id) { id } resource(id: $id) @skip(if: $is) { description }\n  }\n"): typeof import('./graphql.ts').ConditionalFieldsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation OneNull($id: ID!, $none: DeleteResourceInput = { id: \"nothing\" }) {\n    first: updateResource(input: { id: $id, title: \"First\" }) { resource { title } }\n    none: deleteResource(input: $none) { deletedResourceId }\n    last: updateResource(input: { id: $id, title: \"Last\" }) { resource { title } }\n  }\n"): typeof import('./graphql.ts').OneNullDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment KeptResource on Resource {\n    id title description version createdAt updatedAt owner { id username }\n    image { url contentType width height sizeBytes sha256 }\n  }\n"): typeof import('./graphql.ts').KeptResourceFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query EverythingKept {\n    me { username resources(first: 50, orderBy: TITLE) { totalCount nodes { ...KeptResource } } }\n  }\n"): typeof import('./graphql.ts').EverythingKeptDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateBesideKept($input: CreateResourceInput!) {\n    createResource(input: $input) { resource { ...KeptResource } }\n  }\n"): typeof import('./graphql.ts').CreateBesideKeptDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateKept($input: UpdateResourceInput!) {\n    updateResource(input: $input) { resource { ...KeptResource } }\n  }\n"): typeof import('./graphql.ts').UpdateKeptDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OneSupergraph { me { username } resources { nodes { title owner { username } } } }\n"): typeof import('./graphql.ts').OneSupergraphDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment GivenTokens on AuthPayload {\n    accessToken refreshToken tokenType expiresIn user { id username }\n  }\n"): typeof import('./graphql.ts').GivenTokensFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Register($input: RegisterInput!) { register(input: $input) { ...GivenTokens } }\n"): typeof import('./graphql.ts').RegisterDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation LogIn($input: LoginInput!) { login(input: $input) { ...GivenTokens } }\n"): typeof import('./graphql.ts').LogInDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RefreshSession($input: RefreshSessionInput!) { refreshSession(input: $input) { ...GivenTokens } }\n"): typeof import('./graphql.ts').RefreshSessionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation LogOut($input: LogoutInput!) { logout(input: $input) { loggedOut } }\n"): typeof import('./graphql.ts').LogOutDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation LogOutEverywhere { logoutEverywhere { loggedOut } }\n"): typeof import('./graphql.ts').LogOutEverywhereDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation EndSession($input: EndSessionInput!) { endSession(input: $input) { loggedOut } }\n"): typeof import('./graphql.ts').EndSessionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ChangePassword($input: ChangePasswordInput!) { changePassword(input: $input) { ...GivenTokens } }\n"): typeof import('./graphql.ts').ChangePasswordDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteAccount($input: DeleteAccountInput!) { deleteAccount(input: $input) { deletedUserId } }\n"): typeof import('./graphql.ts').DeleteAccountDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ShownSession on Session { id createdAt lastUsedAt expiresAt isCurrent userAgent }\n"): typeof import('./graphql.ts').ShownSessionFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Sessions { sessions { ...ShownSession } }\n"): typeof import('./graphql.ts').SessionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query BothSubgraphs { me { username } resources(first: 1) { totalCount nodes { title } } }\n"): typeof import('./graphql.ts').BothSubgraphsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ShownResource on Resource {\n    id title description version owner { username }\n    image { url contentType width height sizeBytes sha256 }\n  }\n"): typeof import('./graphql.ts').ShownResourceFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateResource($input: CreateResourceInput!) {\n    createResource(input: $input) { resource { ...ShownResource } }\n  }\n"): typeof import('./graphql.ts').CreateResourceDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateResource($input: UpdateResourceInput!) {\n    updateResource(input: $input) { resource { ...ShownResource } }\n  }\n"): typeof import('./graphql.ts').UpdateResourceDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment StoredResource on Resource { id version title owner { id } image { url sha256 } }\n"): typeof import('./graphql.ts').StoredResourceFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateStored($input: CreateResourceInput!) {\n    createResource(input: $input) { resource { ...StoredResource } }\n  }\n"): typeof import('./graphql.ts').CreateStoredDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateStored($input: UpdateResourceInput!) {\n    updateResource(input: $input) { resource { ...StoredResource } }\n  }\n"): typeof import('./graphql.ts').UpdateStoredDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteResource($input: DeleteResourceInput!) {\n    deleteResource(input: $input) { deletedResourceId }\n  }\n"): typeof import('./graphql.ts').DeleteResourceDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OneResource($id: ID!) {\n    resource(id: $id) { ...ShownResource }\n  }\n"): typeof import('./graphql.ts').OneResourceDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Viewer { me { id username } }\n"): typeof import('./graphql.ts').ViewerDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ResourceCount { resources { totalCount } }\n"): typeof import('./graphql.ts').ResourceCountDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ViewerAndCount { me { id username } resources { totalCount } }\n"): typeof import('./graphql.ts').ViewerAndCountDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Titles($first: Int, $orderBy: ResourceOrder! = NEWEST, $filter: ResourceFilter) {\n    resources(first: $first, orderBy: $orderBy, filter: $filter) { nodes { title } }\n  }\n"): typeof import('./graphql.ts').TitlesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query VersionAndCount($id: ID!) { resource(id: $id) { id version } resources { totalCount } }\n"): typeof import('./graphql.ts').VersionAndCountDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

