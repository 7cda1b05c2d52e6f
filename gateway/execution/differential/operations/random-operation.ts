import {
  type DocumentNode,
  GraphQLBoolean,
  GraphQLNonNull,
  type GraphQLSchema,
  GraphQLString,
  isInterfaceType,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import { type Making, makeDirectives } from './generation-context.ts';
import { createRandom, type Random } from './random.ts';
import { makeSelections } from './random-selections.ts';
import { createVariables } from './random-variables.ts';
import { createResponseNames } from './response-names.ts';

type Values = Record<string, unknown>;

/** What clients send: a document, and variables that are others each time. */
export interface RandomOperation {
  seed: string;
  source: string;
  document: DocumentNode;
  operationName: string | undefined;
  variables(time: string): Values | undefined;
}

/** An operation over a schema that the seed decides; undefined where it came out invalid. */
export function randomOperation(schema: GraphQLSchema, seed: string): RandomOperation | undefined {
  const random = createRandom(seed);
  const isNamed = random.chance(0.4);
  const main = makeOperation(schema, random, isNamed ? 'Main' : '');
  const others = isNamed && random.chance(0.2) ? [makeOperation(schema, random, 'Other')] : [];
  const texts = random.chance(0.5) ? [main, ...others] : [...others, main];
  const source = texts.map(({ text }) => text).join('\n');
  const document = parse(source);
  if (validate(schema, document).length > 0) return undefined;
  const isNameSent = others.length > 0 || (isNamed && random.chance(0.5));
  return {
    seed,
    source,
    document,
    operationName: isNameSent ? 'Main' : undefined,
    variables(time) {
      const again = createRandom(`${seed} ${time}`);
      const values = { ...main.valuesBy(again), ...(again.chance(0.05) && { undeclared: { id: 1 } }) };
      return Object.keys(values).length === 0 && again.chance(0.5) ? undefined : values;
    },
  };
}

interface Made {
  text: string;
  valuesBy(random: Random): Values;
}

function makeOperation(schema: GraphQLSchema, random: Random, name: string): Made {
  const isMutation = random.chance(0.2) && schema.getMutationType() !== undefined;
  const type = isMutation ? schema.getMutationType() : schema.getQueryType();
  if (!type) throw new Error('There is no root type.');
  const variables = createVariables(random, GraphQLBoolean);
  const making: Making = {
    schema,
    random,
    variables,
    names: createResponseNames(random, fieldNamesOf(schema)),
    fragments: [],
    fragmentPrefix: `${name}Part`,
    used: new Set(),
    budget: random.pick([4, 8, 12, 16, 24, 32]),
  };
  variables.onUse((variable) => making.used.add(variable));
  const selections = makeSelections(making, { type, path: '', depth: 0, above: [] });
  const introspection = !isMutation && random.chance(0.04) ? makeIntrospection(making, type.name) : '';
  const whole = selections.replace(/\}$/, `${introspection}}`);
  const keyword = isMutation ? 'mutation' : name === '' && making.used.size === 0 && random.chance(0.7) ? '' : 'query';
  const head = `${keyword} ${name}${variables.definitions(making.used)}`;
  const fragments = making.fragments.map(({ text }) => text);
  return {
    text: [`${head} ${whole}`, ...fragments].join('\n'),
    valuesBy: (again) => variables.values(making.used, again),
  };
}

function makeIntrospection(making: Making, typeName: string): string {
  const { random, variables } = making;
  const name = variables.valueFor({ type: new GraphQLNonNull(GraphQLString), hasDefault: false });
  return random.pick([
    `__schema { queryType { name } types { kind${makeDirectives(making)} name } } `,
    `__type(name: "${typeName}") { fields(includeDeprecated: true) { name args { defaultValue } type { kind } } } `,
    `described: __type(name: ${name}) { kind description${makeDirectives(making)} } `,
  ]);
}

function fieldNamesOf(schema: GraphQLSchema): string[] {
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) || isInterfaceType(type));
  const own = types.filter(({ name }) => !name.startsWith('__'));
  return [...new Set(own.flatMap((type) => Object.keys(type.getFields())))];
}
