import { link } from './compose.ts';

const catalog = `${link}
  scalar DateTime
  scalar JSON

  enum Size { S M L XL }
  enum Unit { MM INCH }

  type Query {
    product(id: ID!): Product
    products(first: Int = 3, sizes: [Size!], filter: ProductFilter): [Product!]!
    shelves: [[Product!]!]
    featured: Product!
    brands(codes: [String!]! = ["one"]): [Brand]
    version: String! @shareable
  }

  type Mutation {
    renameProduct(input: RenameInput!): Product
    tagProducts(ids: [ID!]!, tags: [String] = ["new"]): [Product!]
  }

  input RenameInput { id: ID! name: String! locales: [[String!]!] = [["en"]] meta: JSON }
  input ProductFilter { name: String sizes: [Size!] = [S] price: PriceRange createdAfter: DateTime meta: JSON }
  input PriceRange { min: Float = 0.5 max: Float! currencies: [Currency] = [EUR] }
  enum Currency { EUR USD GBP }

  type Product @key(fields: "id") @key(fields: "sku brand { code }") @key(fields: "upc") {
    id: ID!
    sku: String!
    upc: Int
    brand: Brand!
    name(locale: String = "en"): String
    sizes: [Size!]!
    dimensions: Dimensions @shareable
    related(first: Int): [Product]
    matrix: [[Dimensions!]!]!
    meta: JSON
    weight: Float
    averageRating: Float
    createdAt: DateTime! @tag(name: "when")
    internal: String @inaccessible
  }

  type Brand @key(fields: "code") {
    code: String!
    label: String!
    flagship: Product
  }

  type Dimensions @shareable { width: Int height: Int! unit: Unit! }
`;

const pricing = `${link}
  enum Currency { EUR USD GBP }
  enum Unit { MM INCH }

  type Query {
    cheapest(currency: Currency! = USD): Product
    version: String! @shareable
  }

  type Product @key(fields: "id") {
    id: ID!
    weight: Float @external
    dimensions: Dimensions @external
    internal: String @external
    price(currency: Currency! = EUR): Money
    shipping(zone: Int): Money! @requires(fields: "weight dimensions { width unit }")
    margin: Float @requires(fields: "internal")
    prices: [Money]
  }

  type Dimensions @shareable { width: Int height: Int! unit: Unit! }
  type Money @shareable { amount: Float! currency: Currency! }
`;

const inventory = `${link}
  enum Currency { EUR USD GBP }

  type Query { warehouse(code: ID): Warehouse }
  type Mutation { restock(id: ID!, count: Int! = 1): Product! }

  type Product @key(fields: "sku brand { code }") {
    sku: String!
    brand: Brand!
    price(currency: Currency! = EUR): Money @external
    inStock: Int
    stockValue: Money @requires(fields: "price(currency: USD) { amount currency }")
    stockTax(rate: Float! = 0.2): Float! @requires(fields: "price(currency: GBP) { amount }")
    warehouses: [Warehouse!]!
  }

  type Brand @key(fields: "code") { code: String! depots: [Warehouse] }
  type Money @shareable { amount: Float! currency: Currency! }
  type Warehouse { code: ID! city: String holds(first: Int! = 2): [Product] open: Boolean! }
`;

const reviews = `${link}
  type Query { latest(first: Int): [Review!]! reviews(ids: [ID!]): [Review] }
  type Mutation { review(upc: Int!, rating: Int!, body: String): Review }

  type Product @key(fields: "upc") {
    upc: Int
    reviews(first: Int, unhelpful: Boolean! = false): [Review!]!
    averageRating: Float @override(from: "catalog")
  }

  type Review @key(fields: "id") {
    id: ID!
    body: String
    rating: Int!
    author: User @provides(fields: "name")
    product: Product!
  }

  type User @key(fields: "email") {
    email: String!
    name: String @external
    reviews: [Review!]!
    favourite: Product
  }
`;

const accounts = `${link}
  type Query { viewer: User! user(id: ID!): User users: [User!] }

  type User @key(fields: "id") @key(fields: "email") {
    id: ID!
    email: String!
    name: String @shareable
    address: Address
    friends: [User!]!
    helpful: [Review!]
    owns: [[Product]!]!
  }

  type Review @key(fields: "id") { id: ID! helpful: Int! }
  type Product @key(fields: "id", resolvable: false) { id: ID! }
  type Address { street: String! lines: [String]! city: String location: [Float!] }
`;

/** Covers entities with several and compound keys, @requires and @provides between subgraphs, and value types. */
export const shop = { catalog, pricing, inventory, reviews, accounts };
