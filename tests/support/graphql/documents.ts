import { graphql } from '../../generated/gql.ts';

/** The operations that most tests of whole systems begin with. A name is given once among all documents of the tests. */
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

/** For what resources know by themselves. */
export const createStored = graphql(`
  mutation CreateStored($input: CreateResourceInput!) {
    createResource(input: $input) { resource { ...StoredResource } }
  }
`);

/** For what resources know by themselves. */
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

/** Of the account alone, so that auth alone answers. */
export const viewer = graphql(`
  query Viewer { me { id username } }
`);

/** Of the resources alone, so that resources alone answer. */
export const resourceCount = graphql(`
  query ResourceCount { resources { totalCount } }
`);

/** A little of either subgraph. */
export const viewerAndCount = graphql(`
  query ViewerAndCount { me { id username } resources { totalCount } }
`);

/** The titles of what is listed, in its order. */
export const titles = graphql(`
  query Titles($first: Int, $orderBy: ResourceOrder! = NEWEST, $filter: ResourceFilter) {
    resources(first: $first, orderBy: $orderBy, filter: $filter) { nodes { title } }
  }
`);

/** How often a resource has changed, and how many there are. */
export const versionAndCount = graphql(`
  query VersionAndCount($id: ID!) { resource(id: $id) { id version } resources { totalCount } }
`);
