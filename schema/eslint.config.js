import graphql from '@graphql-eslint/eslint-plugin';

/** The comments explain the rules that are changed or switched off. */
const rules = {
  ...graphql.configs['flat/schema-recommended'].rules,
  ...graphql.configs['flat/schema-relay'].rules,

  // Every part of the API has a description.
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
  // Short descriptions stand in quotes and long ones in blocks; the rule supports only one style.
  'description-style': 'off',

  // A mutation takes one argument, `input`, and returns its own payload type. Case differs in `login` and LoginInput.
  'input-name': ['error', { checkInputType: true, caseSensitiveInputType: false }],
  'no-scalar-result-type-on-mutation': 'error',
  // Nullable root fields: an error in one field leaves the results of the others.
  'require-nullable-result-in-root': 'error',
  'require-nullable-fields-with-oneof': 'error',
  'require-type-pattern-with-oneof': 'error',
  'no-root-type': ['error', { disallow: ['subscription'] }],

  // The short list `sessions` and the field `nodes` have no edges.
  'relay-edge-types': [
    'error',
    { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
  ],
  // These types have no identity.
  'strict-id-in-types': ['error', { exceptions: { types: ['PageInfo'], suffixes: ['Payload', 'Connection', 'Edge'] } }],
  // Composition checks federation's directives, which this rule does not know.
  'known-directives': ['error', { ignoreClientDirectives: ['link', 'key', 'cost', 'listSize'] }],
};

/** The argument of a mutation must be required. */
const inputIsRequired = {
  selector:
    'ObjectTypeDefinition[name.value=Mutation] > FieldDefinition > InputValueDefinition[gqlType.kind!=NonNullType]',
  message: 'The argument of a mutation must be required: end its type with !.',
};

const named = (settings) =>
  Object.fromEntries(
    Object.entries(settings).map(([rule, setting]) => [rule.replace(/^(?!@)/, '@graphql-eslint/'), setting]),
  );

/** One project for both subgraphs, because the plug-in caches the set of reachable types per process. */
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

/** Lints the hand-written files, from which api.graphql and supergraph.graphql are composed. */
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
