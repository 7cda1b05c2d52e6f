import { graphql } from './generated/gql.ts';

/** The operations that most tests of whole systems begin with. A name is given once among all documents of the tests. */
export const register = graphql(`
  mutation Register($input: RegisterInput!) {
    register(input: $input) { accessToken refreshToken user { id } }
  }
`);

export const logIn = graphql(`
  mutation LogIn($input: LoginInput!) {
    login(input: $input) { accessToken tokenType expiresIn user { username } }
  }
`);

graphql(`
  fragment ShownResource on Resource {
    id title description version owner { username }
    image { url contentType width height sizeBytes sha256 }
  }
`);

export const createResource = graphql(`
  mutation CreateResource($input: CreateResourceInput!) {
    createResource(input: $input) { resource { ...ShownResource } }
  }
`);

export const updateResource = graphql(`
  mutation UpdateResource($input: UpdateResourceInput!) {
    updateResource(input: $input) { resource { ...ShownResource } }
  }
`);

export const deleteResource = graphql(`
  mutation DeleteResource($input: DeleteResourceInput!) {
    deleteResource(input: $input) { deletedResourceId }
  }
`);

export const oneResource = graphql(`
  query OneResource($id: ID!) {
    resource(id: $id) { ...ShownResource }
  }
`);
