/**
 * A schema with every feature, except inputs with a non-null field that has a default, and inputs that contain
 * themselves: graphql-jit rejects variables of the former, and compiles those of the latter without end.
 */
export const richSdl = /* GraphQL */ `
  type Query {
    node(id: ID): Node
    nodes(first: Int! = 2, ids: [ID!]): [Node!]!
    maybe: [Node]
    thing: Thing
    things(kinds: [Kind!] = [BIG]): [Thing!]
    user(input: Filter): User
    users(kind: Kind! = SMALL, input: Filter! = { kind: BIG }): [User!]
    sure: User!
    leaf(text: String = "some"): String!
    leaves: [Int!]!
    grid(json: JSON): [[Float]!]
    plain: Plain
    plains: [Plain!]!
  }
  type Mutation {
    add(input: Filter!): User
    count(by: Int! = 1): Int
    sure(text: String!): Shelf!
    plain: Plain!
  }
  interface Node { id: ID! name(upper: Boolean): String owner: User! }
  type User implements Node {
    id: ID!
    name(upper: Boolean = true): String
    owner: User!
    friends(first: Int): [User!]!
    best: User
    age: Int
    score: Float!
    flag: Boolean
    kind: Kind!
    json: JSON
    thing(input: Filter): Thing
    plain: Plain
  }
  type Book implements Node {
    id: ID!
    name(upper: Boolean): String
    owner: User!
    pages: [Int!]
    authors: [User]!
    kinds: [Kind]
  }
  type Shelf { books: [Book!]! label: String first: Node rows: [[Node!]] }
  "Its fields have no resolvers: they are properties of what another resolver gave."
  type Plain { id: ID! text: String number: Int! list: [String!] kind: Kind deep: Plain deeps: [Plain] }
  union Thing = User | Book | Shelf
  enum Kind { SMALL BIG ODD }
  input Filter { kind: Kind = SMALL ids: [ID!] json: JSON deep: Deep flag: Boolean }
  input Deep { number: Int = 3 text: String list: [[String]] }
  scalar JSON
`;
