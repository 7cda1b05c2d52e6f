import graphql from '@graphql-eslint/eslint-plugin';

/** What is switched off, or let be, contradicts the API that clients have been generated from, or what is written beside it. */
const rules = {
  ...graphql.configs['flat/schema-recommended'].rules,
  ...graphql.configs['flat/schema-relay'].rules,

  // Everything that a client can name says what it is.
  'require-description': [
    'error',
    {
      types: true,
      rootField: true,
      FieldDefinition: true,
      InputValueDefinition: true,
      EnumValueDefinition: true,
      DirectiveDefinition: true,
    },
  ],
  // One line stands in quotes and several in a block, which is how people read them best: the rule knows one style only.
  'description-style': 'off',

  // A mutation takes one argument, `input`, and answers with a type of its own. `login` takes LoginInput.
  'input-name': ['error', { checkInputType: true, caseSensitiveInputType: false }],
  'no-scalar-result-type-on-mutation': 'error',
  // What fails by itself leaves the rest of an operation its answer.
  'require-nullable-result-in-root': 'error',
  'require-nullable-fields-with-oneof': 'error',
  'require-type-pattern-with-oneof': 'error',
  'no-root-type': ['error', { disallow: ['subscription'] }],

  // There is no `Node` interface, and lists of few (`sessions`) and `nodes` of a page are lists of the things themselves.
  'relay-edge-types': [
    'error',
    { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
  ],
  // These have no life of their own: an image is its resource's, and the rest is the shape of an answer.
  'strict-id-in-types': [
    'error',
    { exceptions: { types: ['Image', 'PageInfo'], suffixes: ['Payload', 'Connection', 'Edge'] } },
  ],
  // Composition knows federation's directives, and this rule does not.
  'known-directives': ['error', { ignoreClientDirectives: ['link', 'key'] }],
};

/** A mutation's one argument is required. */
const inputIsRequired = {
  selector:
    'ObjectTypeDefinition[name.value=Mutation] > FieldDefinition > InputValueDefinition[gqlType.kind!=NonNullType]',
  message: 'What a mutation takes is required: end its type with !.',
};

const named = (settings) =>
  Object.fromEntries(
    Object.entries(settings).map(([rule, setting]) => [rule.replace(/^(?!@)/, '@graphql-eslint/'), setting]),
  );

/** The plug-in reads its configuration, and remembers which types can be reached, once for a process: subgraphs together. */
const graphQLConfig = {
  projects: {
    subgraphs: { schema: 'schema/{auth,resources}.graphql' },
    examples: { schema: 'schema/api.graphql', documents: 'schema/examples/*.graphql' },
  },
};
const shared = {
  plugins: { '@graphql-eslint': graphql },
  languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig } },
};

/** Lints what is written by hand: api.graphql and supergraph.graphql are composed of it. */
export default [
  {
    ...shared,
    files: ['schema/{auth,resources}.graphql'],
    rules: { ...named(rules), 'no-restricted-syntax': ['error', inputIsRequired] },
  },
  {
    ...shared,
    files: ['schema/examples/*.graphql'],
    rules: graphql.configs['flat/operations-recommended'].rules,
  },
];
