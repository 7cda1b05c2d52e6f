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
    "\n  query SeenByBob($id: ID!) { resource(id: $id) { id } resources { totalCount } }\n": typeof types.SeenByBobDocument,
    "\n  query Joined { me { resources { totalCount } } resources { nodes { title owner { username } } } }\n": typeof types.JoinedDocument,
    "\n  mutation Register($input: RegisterInput!) {\n    register(input: $input) { accessToken refreshToken user { id } }\n  }\n": typeof types.RegisterDocument,
    "\n  mutation LogIn($input: LoginInput!) {\n    login(input: $input) { accessToken tokenType expiresIn user { username } }\n  }\n": typeof types.LogInDocument,
    "\n  fragment ShownResource on Resource {\n    id title description version owner { username }\n    image { url contentType width height sizeBytes sha256 }\n  }\n": typeof types.ShownResourceFragmentDoc,
    "\n  mutation CreateResource($input: CreateResourceInput!) {\n    createResource(input: $input) { resource { ...ShownResource } }\n  }\n": typeof types.CreateResourceDocument,
    "\n  mutation UpdateResource($input: UpdateResourceInput!) {\n    updateResource(input: $input) { resource { ...ShownResource } }\n  }\n": typeof types.UpdateResourceDocument,
    "\n  mutation DeleteResource($input: DeleteResourceInput!) {\n    deleteResource(input: $input) { deletedResourceId }\n  }\n": typeof types.DeleteResourceDocument,
    "\n  query OneResource($id: ID!) {\n    resource(id: $id) { ...ShownResource }\n  }\n": typeof types.OneResourceDocument,
};
const documents: Documents = {
    "\n  query SeenByBob($id: ID!) { resource(id: $id) { id } resources { totalCount } }\n": types.SeenByBobDocument,
    "\n  query Joined { me { resources { totalCount } } resources { nodes { title owner { username } } } }\n": types.JoinedDocument,
    "\n  mutation Register($input: RegisterInput!) {\n    register(input: $input) { accessToken refreshToken user { id } }\n  }\n": types.RegisterDocument,
    "\n  mutation LogIn($input: LoginInput!) {\n    login(input: $input) { accessToken tokenType expiresIn user { username } }\n  }\n": types.LogInDocument,
    "\n  fragment ShownResource on Resource {\n    id title description version owner { username }\n    image { url contentType width height sizeBytes sha256 }\n  }\n": types.ShownResourceFragmentDoc,
    "\n  mutation CreateResource($input: CreateResourceInput!) {\n    createResource(input: $input) { resource { ...ShownResource } }\n  }\n": types.CreateResourceDocument,
    "\n  mutation UpdateResource($input: UpdateResourceInput!) {\n    updateResource(input: $input) { resource { ...ShownResource } }\n  }\n": types.UpdateResourceDocument,
    "\n  mutation DeleteResource($input: DeleteResourceInput!) {\n    deleteResource(input: $input) { deletedResourceId }\n  }\n": types.DeleteResourceDocument,
    "\n  query OneResource($id: ID!) {\n    resource(id: $id) { ...ShownResource }\n  }\n": types.OneResourceDocument,
};

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
export function graphql(source: "\n  mutation Register($input: RegisterInput!) {\n    register(input: $input) { accessToken refreshToken user { id } }\n  }\n"): typeof import('./graphql.ts').RegisterDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation LogIn($input: LoginInput!) {\n    login(input: $input) { accessToken tokenType expiresIn user { username } }\n  }\n"): typeof import('./graphql.ts').LogInDocument;
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
export function graphql(source: "\n  mutation DeleteResource($input: DeleteResourceInput!) {\n    deleteResource(input: $input) { deletedResourceId }\n  }\n"): typeof import('./graphql.ts').DeleteResourceDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OneResource($id: ID!) {\n    resource(id: $id) { ...ShownResource }\n  }\n"): typeof import('./graphql.ts').OneResourceDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

