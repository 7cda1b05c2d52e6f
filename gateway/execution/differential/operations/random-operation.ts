import {
  type DocumentNode,
  GraphQLBoolean,
  GraphQLNonNull,
  type GraphQLSchema,
  GraphQLString,
  parse,
  validate,
} from 'graphql';
import { type GenerationContext, makeDirectives } from './generation-context.ts';
import { createRandom, type Random } from './random.ts';
import { makeSelections } from './random-selections.ts';
import { createVariables } from './random-variables.ts';
import { createResponseNames, fieldNamesOf } from './response-names.ts';

type Values = Record<string, unknown>;

/** A client's operation. */
export interface RandomOperation {
  seed: string;
  source: string;
  document: DocumentNode;
  operationName: string | undefined;
  /** Returns other variables for each `run`; the same for the same one. */
  variables(run: string): Values | undefined;
}

/** How likely parts of an operation are. */
export interface Likelihoods {
  mutation: number;
  conditions: number;
}

const usual: Likelihoods = { mutation: 0.2, conditions: 0.14 };

/** Generates an operation from a seed; undefined if it does not pass validation. */
export function randomOperation(
  schema: GraphQLSchema,
  seed: string,
  likelihoods: Likelihoods = usual,
): RandomOperation | undefined {
  const random = createRandom(seed);
  const isNamed = random.chance(0.4);
  const main = makeOperation(schema, random, { name: isNamed ? 'Main' : '', ...likelihoods });
  const others =
    isNamed && random.chance(0.2) ? [makeOperation(schema, random, { name: 'Other', ...likelihoods })] : [];
  const operations = random.chance(0.5) ? [main, ...others] : [...others, main];
  const source = operations.map(({ text }) => text).join('\n');
  const document = parse(source);
  if (validate(schema, document).length > 0) return undefined;
  const isNameSent = others.length > 0 || (isNamed && random.chance(0.5));
  return {
    seed,
    source,
    document,
    operationName: isNameSent ? 'Main' : undefined,
    variables(run) {
      const forRun = createRandom(`${seed} ${run}`);
      const values = { ...main.chooseVariables(forRun), ...(forRun.chance(0.05) && { undeclared: { id: 1 } }) };
      return Object.keys(values).length === 0 && forRun.chance(0.5) ? undefined : values;
    },
  };
}

interface GeneratedOperation {
  text: string;
  chooseVariables(random: Random): Values;
}

function makeOperation(
  schema: GraphQLSchema,
  random: Random,
  { name, mutation, conditions }: Likelihoods & { name: string },
): GeneratedOperation {
  const isMutation = random.chance(mutation) && schema.getMutationType() !== undefined;
  const type = isMutation ? schema.getMutationType() : schema.getQueryType();
  if (!type) throw new Error('The schema has no query type.');
  const variables = createVariables(random, GraphQLBoolean);
  const context: GenerationContext = {
    schema,
    random,
    variables,
    names: createResponseNames(random, fieldNamesOf(schema)),
    fragments: [],
    fragmentPrefix: `${name}Part`,
    used: new Set(),
    budget: random.pick([4, 8, 12, 16, 24, 32]),
    conditions,
  };
  variables.onUse((variable) => context.used.add(variable));
  const selections = makeSelections(context, { type, path: '', depth: 0, above: [] });
  const introspection = !isMutation && random.chance(0.04) ? makeIntrospection(context, type.name) : '';
  const whole = selections.replace(/\}$/, `${introspection}}`);
  const keyword = isMutation ? 'mutation' : name === '' && context.used.size === 0 && random.chance(0.7) ? '' : 'query';
  const head = `${keyword} ${name}${variables.definitions(context.used)}`;
  const fragments = context.fragments.map(({ text }) => text);
  return {
    text: [`${head} ${whole}`, ...fragments].join('\n'),
    chooseVariables: (forRun) => variables.values(context.used, forRun),
  };
}

function makeIntrospection(context: GenerationContext, typeName: string): string {
  const { random, variables } = context;
  const name = variables.valueFor({ type: new GraphQLNonNull(GraphQLString), hasDefault: false });
  return random.pick([
    `__schema { queryType { name } types { kind${makeDirectives(context)} name } } `,
    `__type(name: "${typeName}") { fields(includeDeprecated: true) { name args { defaultValue } type { kind } } } `,
    `described: __type(name: ${name}) { kind description${makeDirectives(context)} } `,
  ]);
}
