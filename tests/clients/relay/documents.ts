import { graphql } from 'relay-runtime';

/** Relay's compiler reads these documents. Tests import what it makes of them, for which an application has its plug-in. */
export const documents = () => [
  graphql`
    mutation documentsLogInMutation($input: LoginInput!) {
      login(input: $input) {
        accessToken
        refreshToken
        user {
          id
        }
      }
    }
  `,
  graphql`
    mutation documentsCreateMutation($input: CreateResourceInput!, $connections: [ID!]!) {
      createResource(input: $input) {
        resource @prependNode(connections: $connections, edgeTypeName: "ResourceEdge") {
          id
          title
          image {
            id
            width
            contentType
          }
        }
      }
    }
  `,
  graphql`
    mutation documentsDeleteMutation($input: DeleteResourceInput!, $connections: [ID!]!) {
      deleteResource(input: $input) {
        deletedResourceId @deleteEdge(connections: $connections)
      }
    }
  `,
  graphql`
    mutation documentsUpdateMutation($input: UpdateResourceInput!) {
      updateResource(input: $input) {
        resource {
          id
          title
          image {
            id
            width
            contentType
          }
        }
      }
    }
  `,
  graphql`
    query documentsViewerQuery {
      me {
        id
        ...documentsPages
      }
    }
  `,
  graphql`
    fragment documentsPages on User
    @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" })
    @refetchable(queryName: "documentsPagesQuery") {
      username
      resources(first: $count, after: $cursor, orderBy: TITLE) @connection(key: "documentsPages_resources") {
        edges {
          node {
            id
            title
            image {
              id
              width
              contentType
            }
          }
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
  `,
  graphql`
    query documentsNodeQuery($id: ID!) {
      node(id: $id) {
        __typename
        id
        ... on Resource {
          title
          owner {
            username
          }
          image {
            id
            sha256
          }
        }
      }
    }
  `,
];
