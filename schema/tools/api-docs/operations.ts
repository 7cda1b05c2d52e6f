import { readFileSync } from 'node:fs';
import type { GraphQLField } from 'graphql';
import { type Answers, answerFile, costsFile, type Example, fill, order, readExample } from './examples.ts';
import { fence, paragraph, typedTable, typeLink } from './markdown.ts';

const examples = [...new Set<string>(order)].map(readExample);
const recorded: Answers = new Map(examples.map(({ name }) => [name, JSON.parse(readAnswer(name))]));
const costs = JSON.parse(readFileSync(costsFile, 'utf8')) as Record<string, number>;
const isErrorExample = ({ name }: Example) => 'errors' in Object(recorded.get(name));

/** The section of a query or mutation: description, arguments, type, codes and examples. */
export function operationSection(kind: 'query' | 'mutation', field: GraphQLField<unknown, unknown>): string {
  const [description = '', codes = 'none.'] = (field.description ?? '').split(/\bCodes: /);
  const shown = examples.filter((example) => example.fields.includes(field.name) && !isErrorExample(example));
  return [
    `### ${kind} ${field.name}\n\n`,
    paragraph(description),
    typedTable('argument', field.args),
    `Returns ${typeLink(field.type)}. Codes: ${withLinks(codes.trim())}\n\n`,
    ...shown.map(exampleSection),
  ].join('');
}

/** The examples that give an error. */
export const errorExampleSections = (): string => examples.filter(isErrorExample).map(exampleSection).join('');

function exampleSection({ name, prose, token, document, variables }: Example): string {
  return [
    paragraph(prose),
    token ? `With \`Authorization: Bearer ${fill(token, recorded)}\`:\n\n` : '',
    fence('graphql', document),
    variables ? fence('json', fill(variables, recorded)) : '',
    `Cost: ${costs[name]}. Response:\n\n`,
    fence('json', readAnswer(name).trim()),
  ].join('');
}

function withLinks(codes: string): string {
  return codes
    .replace(/\b[A-Z]{2,}(_[A-Z]+)*\b/g, (code) => `[\`${code}\`](#errors)`)
    .replace(/\bas (\w+)/, (_, name) => `as [\`${name}\`](#mutation-${name.toLowerCase()})`);
}

function readAnswer(name: string): string {
  return readFileSync(answerFile(name), 'utf8');
}
