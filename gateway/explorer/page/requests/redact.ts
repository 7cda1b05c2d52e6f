import {
  type ASTNode,
  type ConstValueNode,
  type DocumentNode,
  type Kind,
  type ValueNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import { isRecord, parseOrUndefined } from './exchange.ts';

/** Names of fields with passwords, tokens, and images, which are too large and private. */
const secretName = '[\\w-]*(?:password|token|secret|authorization)[\\w-]*|data';
/** Anything insignificant between a name and its value, including GraphQL and JSON comments. */
const gap = '(?:[\\s,]|(?:#|//)[^\\n]*(?:\\n|$)|/\\*(?:[^*]|\\*(?!/))*\\*/)*';
/** A string or block string, whose closing quotes may be missing while the user types. */
const text = '(?:"""(?:\\\\"""|[^])*?(?:"""|$)|"(?:[^"\\\\\\n]|\\\\.)*"?)';
/** A secret in GraphQL or JSON. */
const secretText = new RegExp(`("?\\b(?:${secretName})"?${gap}:${gap})${text}`, 'gi');
const secretVariable = new RegExp(`\\b(?:${secretName})${gap}:${gap}\\$`, 'i');
const defaultText = new RegExp(`(=${gap})${text}`, 'g');
/** Most likely an image; there is room for few. */
const longText = /"[^"\\\n]{1000,}"?/g;
const isSecretName = (name: string) => new RegExp(`^(?:${secretName})$`, 'i').test(name);

const redactText = (each: string) => each.replace(secretText, '$1""').replace(longText, '""');

/** Removes passwords, tokens and images from an operation as it is being typed, which may have syntax errors. */
export function redact(operation: Record<string, unknown>): { query: string; variables: string } {
  const query = typeof operation.query === 'string' ? operation.query : '';
  const variables = typeof operation.variables === 'string' ? operation.variables : '';
  const hasSecretVariable = secretVariable.test(query);
  // A secret may be a variable's default. A mutation that is half typed does not yet show whether it is.
  const mayHaveSecretDefault = hasSecretVariable || /\bmutation\b/.test(query);
  return {
    query: redactText(mayHaveSecretDefault ? query.replace(defaultText, '$1""') : query),
    // A secret variable may have any name, so that all variables are dropped.
    variables: hasSecretVariable ? '' : redactText(variables),
  };
}

/** An operation without passwords, tokens and images. */
export interface SharedOperation {
  query: string;
  variables: Record<string, unknown>;
}

/** Empties passwords, tokens and images of an operation to share, at any depth; undefined if it has a syntax error. */
export function redactToShare(query: string, variables: Record<string, unknown>): SharedOperation | undefined {
  const document = parseOrUndefined(query);
  if (!document) return undefined;
  const secretVariables = secretVariablesIn(document);
  const redacted = Object.entries(variables).map(([name, value]) => [
    name,
    secretVariables.has(name) ? emptied(value) : redactValue(value, name),
  ]);
  return { query: redactDocument(document, query, secretVariables), variables: Object.fromEntries(redacted) };
}

/** Lists the variables that are secret by their name, or because a secret argument or field takes them. */
function secretVariablesIn(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  const addVariablesOf = (value: ValueNode) =>
    visit(value, {
      Variable: ({ name }) => {
        names.add(name.value);
      },
    });
  const enter = (node: { name: { value: string }; value: ValueNode }) => {
    if (isSecretName(node.name.value)) addVariablesOf(node.value);
  };
  visit(document, {
    Argument: enter,
    ObjectField: enter,
    VariableDefinition: ({ variable }) => {
      if (isSecretName(variable.name.value)) names.add(variable.name.value);
    },
  });
  return names;
}

/** Empties the literals of secrets in the text, which otherwise keeps its form. */
function redactDocument(document: DocumentNode, query: string, secretVariables: ReadonlySet<string>): string {
  const literals: ASTNode[] = [];
  const addLiteralsOf = (value: ValueNode | ConstValueNode) =>
    visit(value, {
      StringValue: (node) => {
        literals.push(node);
      },
      IntValue: (node) => {
        literals.push(node);
      },
      FloatValue: (node) => {
        literals.push(node);
      },
      EnumValue: (node) => {
        literals.push(node);
      },
    });
  const enter = (node: { kind: Kind; name: { value: string }; value: ValueNode }) => {
    if (!isSecretName(node.name.value)) return undefined;
    addLiteralsOf(node.value);
    return false;
  };
  visit(document, {
    Argument: enter,
    ObjectField: enter,
    VariableDefinition: ({ variable, defaultValue }: VariableDefinitionNode) => {
      if (!defaultValue || !secretVariables.has(variable.name.value)) return undefined;
      addLiteralsOf(defaultValue);
      return false;
    },
  });
  const spans = literals.flatMap(({ loc }) => (loc ? [loc] : [])).sort((one, other) => other.start - one.start);
  const withoutLiterals = spans.reduce((rest, { start, end }) => `${rest.slice(0, start)}""${rest.slice(end)}`, query);
  // Comments may have secrets too.
  return redactText(withoutLiterals);
}

function redactValue(value: unknown, name: string): unknown {
  if (isSecretName(name)) return emptied(value);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, ''));
  if (typeof value === 'string' && value.length >= 1000) return '';
  return isRecord(value) ? mapValues(value, redactValue) : value;
}

/** Replaces texts and numbers at any depth. */
function emptied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(emptied);
  if (isRecord(value)) return mapValues(value, emptied);
  return typeof value === 'string' || typeof value === 'number' ? '' : value;
}

const mapValues = (record: Record<string, unknown>, change: (value: unknown, key: string) => unknown) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
