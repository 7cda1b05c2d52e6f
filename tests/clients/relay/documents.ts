import { graphql } from 'relay-runtime';

/** Relay's compiler reads these documents. Tests import what it makes of them, for which an application has its plug-in. */
export const documents = () => [
  graphql`
    mutation documentsLogInMutation($input: LoginInput!) {
      login(input: $input) {
        accessToken
        user {
          id
        }
      }
    }
  `,
  graphql`
    mutation documentsCreateMutation($input: CreateResourceInput!) {
      createResource(input: $input) {
        resource {
          id
          title
        }
      }
    }
  `,
  graphql`
    mutation documentsRenameMutation($input: UpdateResourceInput!) {
      updateResource(input: $input) {
        resource {
          id
          title
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
