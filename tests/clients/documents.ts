import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './generated/graphql-env.ts';

/** Types documents by the schema, without a build step. */
export const graphql = initGraphQLTada<{ introspection: typeof introspection; scalars: { DateTime: string } }>();

export const logIn = graphql(`
  mutation LogIn($input: LoginInput!) {
    login(input: $input) { accessToken refreshToken user { id username } }
  }
`);

export const createPicture = graphql(`
  mutation CreatePicture($input: CreateResourceInput!) {
    createResource(input: $input) { resource { id title image { id url } } }
  }
`);

export const renamePicture = graphql(`
  mutation RenamePicture($id: ID!, $title: String!) {
    updateResource(input: { id: $id, title: $title }) { resource { id title version } }
  }
`);

export const replacePicture = graphql(`
  mutation ReplacePicture($id: ID!, $image: ImageInput!) {
    updateResource(input: { id: $id, image: $image }) { resource { id image { id width height contentType } } }
  }
`);

export const deletePicture = graphql(`
  mutation DeletePicture($id: ID!) {
    deleteResource(input: { id: $id }) { deletedResourceId }
  }
`);

export const pictures = graphql(`
  query Pictures($first: Int!, $after: String) {
    resources(first: $first, after: $after, orderBy: TITLE) {
      edges { cursor node { id title createdAt image { id width contentType } owner { id username } } }
      pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
    }
  }
`);

export const cachedPicture = graphql(`
  query CachedPicture($id: ID!) {
    resource(id: $id) { id title image { id url width sha256 } }
  }
`);

export const findNode = graphql(`
  query FindNode($id: ID!) {
    node(id: $id) { __typename id ... on Resource { title image { id sha256 } } ... on User { username createdAt } }
  }
`);
