import { link } from './compose.ts';

const library = `${link}
  enum Genre { CRIME POETRY JAZZ SILENT }

  type Query {
    media(id: ID!): Media
    allMedia(genres: [Genre!], first: Int = 2): [Media!]!
    shelves: [[Media]!]
    titled: [Titled!]
    items: [Item]!
    item: Item
    beings: [Being!]!
  }

  type Mutation { lend(id: ID!, to: ID): Media }

  interface Titled { title: String }

  interface Media @key(fields: "id") {
    id: ID!
    title: String
    genres: [Genre!]
    similar(first: Int): [Media]
    maker: Being
  }

  type Book implements Media & Titled @key(fields: "id") {
    id: ID!
    title: String
    genres: [Genre!]
    similar(first: Int): [Media]
    maker: Person
    pages: Int!
    chapters: [Chapter!]!
  }

  type Film implements Media & Titled @key(fields: "id") {
    id: ID!
    title: String
    genres: [Genre!]!
    similar(first: Int): [Media!]
    maker: Band!
    minutes: Int
    pages: String
    based: Book
  }

  type Draft implements Media @key(fields: "id") @inaccessible {
    id: ID!
    title: String
    genres: [Genre!]
    similar(first: Int): [Media]
    maker: Being
    notes: String
  }

  type Chapter implements Titled @shareable { title: String length(unit: String = "words"): Int! }

  interface Being { id: ID! }
  type Person implements Being @key(fields: "id") { id: ID! nick: String! @shareable born: Date @shareable }
  type Band implements Being @key(fields: "id") { id: ID! nick: String @shareable members: [Person!] }

  union Item = Book | Film | Person | Chapter
  scalar Date
`;

const ratings = `${link}
  type Query { topRated(first: Int): [Media!]! worst: Media }
  type Mutation { rate(id: ID!, stars: Int! = 3): Rating }

  type Media @interfaceObject @key(fields: "id") {
    id: ID!
    title: String @external
    rating: Float!
    ratings(limit: Int): [Rating!]
    blurb(length: Int! = 10): String @requires(fields: "title")
    alike: [[Media!]]
  }

  type Rating @key(fields: "number") { number: Int! stars: Int! of: Media! comment: String }
`;

const fans = `${link}
  scalar Date

  type Query { fan(name: String!): Being idols: [Being]! likes: [Liked!] }

  interface Being { id: ID! nick: String fans(first: Int): [Being!]! }

  type Person implements Being @key(fields: "id") {
    id: ID!
    nick: String! @shareable
    born: Date @shareable
    fans(first: Int): [Being!]!
    idol: Being
    likes: [Liked]
  }

  type Band implements Being @key(fields: "id") {
    id: ID!
    nick: String @shareable
    fans(first: Int): [Being!]!
    slogan: String!
  }

  type Robot implements Being @key(fields: "id") { id: ID! nick: String fans(first: Int): [Being!]! likes: [Liked] }

  type Book @key(fields: "id") { id: ID! fans: [Person!]! cover: Picture }
  type Film @key(fields: "id") { id: ID! fans: [Being] poster: Picture! }
  type Rating @key(fields: "number") { number: Int! by: Being }
  type Picture { url: String! alt: String sizes: [[Int!]!]! }

  union Liked = Book | Film | Robot | Rating
`;

/** Covers interfaces (with keys, and as @interfaceObject), unions, and fields whose type differs between members. */
export const media = { library, ratings, fans };
