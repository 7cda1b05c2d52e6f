import { link } from './compose.ts';

const trips = `${link}
  scalar JSON

  enum Mode { RAIL ROAD SEA }

  type Query {
    trip(number: Int!): Trip
    trips(modes: [Mode!]! = [RAIL, SEA], where: TripWhere): [[Trip!]]
    search(text: String): [Found!]
    now: Instant! @shareable
  }

  type Mutation {
    book(input: [BookInput!]!): [Trip]
    cancel(number: Int): Boolean
  }

  input BookInput { number: Int! mode: Mode! = RAIL seats: [Int!] = [1, 2] extra: JSON nested: BookInput }
  input TripWhere { or: [TripWhere!] after: Float mode: Mode not: TripWhere }

  type Trip @key(fields: "number") @key(fields: "code carrier { id country }") {
    number: Int!
    code: String!
    carrier: Carrier!
    mode: Mode
    modes: [[Mode]!]
    stops: [Stop!]!
    legs: [[Leg!]!]!
    maybe: [[Leg]]
    length: Float!
    extra: JSON
    extras: [JSON]
    previous: Trip
    next: Trip!
  }

  interface Stop { name: String! at: Instant }
  type Station implements Stop @key(fields: "name") { name: String! at: Instant tracks: Int! }
  type Port implements Stop @key(fields: "name") { name: String! at: Instant depth: Float trips: [Trip] }

  type Leg { from: Stop! to: Stop minutes: Int! via: [Stop] }
  type Instant @shareable { epoch: Float! zone: String }
  type Carrier @key(fields: "id country") { id: ID! country: String! }

  union Found = Trip | Station | Port | Leg
`;

const fares = `${link}
  enum Class { FIRST SECOND }

  type Query { fares: [Fare] now: Instant! @shareable }
  type Mutation { pay(fare: ID!, with: PayInput = { cents: 5 }): Fare! }

  input PayInput { cents: Int! class: Class = SECOND }

  type Trip @key(fields: "code carrier { id country }") {
    code: String!
    carrier: Carrier!
    length: Float! @external
    taxed: Boolean! @external
    fare(class: Class! = FIRST): Fare @requires(fields: "length")
    total: Float! @requires(fields: "taxed")
    fares: [[Fare!]!]
  }

  type Carrier @key(fields: "id country") { id: ID! country: String! discounts: [Float] rank: Int! @external label: String! @requires(fields: "rank") }
  type Fare @key(fields: "id") { id: ID! cents: Int! class: Class trip: Trip refundable: Boolean }
  type Instant @shareable { epoch: Float! zone: String }
`;

const law = `${link}
  enum Class { FIRST SECOND }

  type Query { rules: [Rule!]! now: Instant! @shareable }

  type Trip @key(fields: "number") {
    number: Int!
    fare(class: Class! = FIRST): Fare @external
    taxed: Boolean! @requires(fields: "fare(class: SECOND) { cents }")
    rules(strict: Boolean = true): [Rule]
  }

  type Fare @key(fields: "id") { id: ID! cents: Int! @external vat: Float @requires(fields: "cents") }
  type Carrier @key(fields: "id country") { id: ID! country: String! rank: Int! licence: Licence }
  type Licence { granted: Instant! by: Ruler holders: [Carrier!]! }
  type Instant @shareable { epoch: Float! zone: String }

  interface Ruler { title: String }
  type King implements Ruler { title: String heir: Ruler }
  type Council implements Ruler { title: String members: [Ruler!]! }

  interface Rule @key(fields: "section { number }") { section: Section! text: String }
  type Ban implements Rule @key(fields: "section { number }") { section: Section! text: String until: Instant }
  type Duty implements Rule @key(fields: "section { number }") { section: Section! text: String! of: Carrier }
  type Section @shareable { number: Int! letter: String }
`;

const guide = `${link}
  type Query { rule(number: Int): Rule sights(near: [String!]): [Stop] found: Found2 }
  type Mutation { visit(name: String!): Stop praise(name: String! = "Rome", text: String): Sight }

  type Rule @interfaceObject @key(fields: "section { number }") {
    section: Section!
    text: String @external
    comment: String
    summary: String! @requires(fields: "text")
    related: [Rule!]
  }

  type Section @shareable { number: Int! letter: String }

  interface Stop { name: String! photos(first: Int, wide: Boolean): [Photo!] }
  type Station implements Stop @key(fields: "name") { name: String! photos(first: Int, wide: Boolean): [Photo!]! built: Int }
  type Port implements Stop @key(fields: "name") { name: String! photos(first: Int, wide: Boolean): [Photo!] built: String! }
  type Sight implements Stop { name: String! photos(first: Int, wide: Boolean): [Photo!] at: Instant stars: Int near: [Stop!] }
  type Instant @shareable { epoch: Float! zone: String }
  type Photo { url: String! size: [Int!]! of: Found2 }

  union Found2 = Sight | Station | Photo
`;

/** Covers chains of @requires, lists of lists, interfaces across subgraphs, and every kind of nullability. */
export const travel = { trips, fares, law, guide };
