import { graphql } from '../../generated/gql.ts';

/** Operations that several tests share. Names of operations and fragments are unique among all tests. */
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

graphql(`
  fragment StoredResource on Resource { id version title owner { id } image { url sha256 } }
`);

/** Creates a resource and selects only fields that resources resolve. */
export const createStored = graphql(`
  mutation CreateStored($input: CreateResourceInput!) {
    createResource(input: $input) { resource { ...StoredResource } }
  }
`);

/** Updates a resource and selects only fields that resources resolve. */
export const updateStored = graphql(`
  mutation UpdateStored($input: UpdateResourceInput!) {
    updateResource(input: $input) { resource { ...StoredResource } }
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

/** Resolved by auth only. */
export const viewer = graphql(`
  query Viewer { me { id username } }
`);

/** Resolved by resources only. */
export const resourceCount = graphql(`
  query ResourceCount { resources { totalCount } }
`);

/** Resolved by both subgraphs. */
export const viewerAndCount = graphql(`
  query ViewerAndCount { me { id username } resources { totalCount } }
`);

export const titles = graphql(`
  query Titles($first: Int, $orderBy: ResourceOrder! = NEWEST, $filter: ResourceFilter) {
    resources(first: $first, orderBy: $orderBy, filter: $filter) { nodes { title } }
  }
`);

export const versionAndCount = graphql(`
  query VersionAndCount($id: ID!) { resource(id: $id) { id version } resources { totalCount } }
`);
