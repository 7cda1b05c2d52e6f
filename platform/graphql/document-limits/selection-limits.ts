import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { maxNesting } from '../../json.ts';
import { type Fragments, fragmentsOf } from '../documents/operation-document.ts';
import { checkIntrospectionLists } from './introspection-lists.ts';
import {
  badRequest,
  fieldsTooDeep,
  introspectionTooDeep,
  nestedTooDeep,
  overLimit,
  type RequestLimitError,
} from './limit-errors.ts';
import type { DocumentLimits } from './limits.ts';
import { isIntrospectionField } from './nesting.ts';

/** Finds the first limit that one of a document's operations exceeds. Takes time linear in the document's size. */
export function checkSelections(document: DocumentNode, limits: DocumentLimits): RequestLimitError | undefined {
  const directives = mostDirectives(document);
  if (directives > limits.maxDirectives) {
    const message = `An element of the document has ${directives} directives, over the limit of ${limits.maxDirectives}.`;
    return overLimit('MAX_DIRECTIVES_LIMIT', limits.maxDirectives, message);
  }
  const fragments = fragmentsOf(document);
  const counted = new Map<string, Counts>();
  const written = { strings: 0 };
  let hasIntrospection = false;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const counts = countSet(definition.selectionSet, { fragments, counted, written, levelsLeft: maxNesting });
    // Each call to a subgraph that uses a variable has its default value.
    const repeatedStrings = counts.strings - written.strings + lengthOfDefaults(definition);
    const error = checkCounts(
      { ...counts, repeatedStrings, rootFields: countRootFields(definition, fragments) },
      limits,
    );
    if (error) return error;
    hasIntrospection ||= counts.introspectionDepth > 0;
  }
  return hasIntrospection ? checkIntrospectionLists(document) : undefined;
}

function checkCounts(
  counts: Counts & { rootFields: number; repeatedStrings: number },
  limits: DocumentLimits,
): RequestLimitError | undefined {
  const { levels, depth, introspectionDepth, aliases, rootFields, selections, repeatedStrings } = counts;
  const { maxDepth, maxIntrospectionDepth, maxAliases, maxRootFields, maxSelections, maxRepeatedStrings } = limits;
  if (depth > maxDepth) return fieldsTooDeep(maxDepth);
  if (introspectionDepth > maxIntrospectionDepth) return introspectionTooDeep(maxIntrospectionDepth);
  if (aliases > maxAliases)
    return overLimit(
      'MAX_ALIASES_LIMIT',
      maxAliases,
      `The operation has ${aliases} aliases, over the limit of ${maxAliases}: ask for less in one operation.`,
    );
  if (rootFields > maxRootFields)
    return overLimit(
      'MAX_ROOT_FIELDS_LIMIT',
      maxRootFields,
      `The operation has ${rootFields} root fields, over the limit of ${maxRootFields}: ask for less in one operation.`,
    );
  if (levels > maxNesting) return badRequest(nestedTooDeep('operation'));
  if (selections > maxSelections)
    return {
      status: 400,
      code: 'GRAPHQL_VALIDATION_FAILED',
      message: `The operation has over ${maxSelections} selections, where its fragments are spread: ask for less in one operation.`,
    };
  if (repeatedStrings > maxRepeatedStrings)
    return badRequest(
      `Spreads and default values would repeat over ${maxRepeatedStrings} characters of strings: send them as values of variables.`,
    );
  return undefined;
}

/** Counts of a selection set, with each fragment counted wherever it is spread. */
interface Counts {
  /** Selection sets in each other. */
  levels: number;
  /** Fields in each other, without those of introspection below its root field. */
  depth: number;
  introspectionDepth: number;
  aliases: number;
  selections: number;
  /** Characters of string literals. */
  strings: number;
}

const nothing: Counts = { levels: 0, depth: 0, introspectionDepth: 0, aliases: 0, selections: 0, strings: 0 };

interface Counting {
  fragments: Fragments;
  /** The counts of each fragment, so that none is counted twice. */
  counted: Map<string, Counts>;
  /** Sum over the fields that were counted, each once. */
  written: Pick<Counts, 'strings'>;
  /** Bounds the recursion. */
  levelsLeft: number;
}

function countSet({ selections }: SelectionSetNode, counting: Counting): Counts {
  if (counting.levelsLeft === 0) return { ...nothing, levels: Number.POSITIVE_INFINITY };
  const inner = { ...counting, levelsLeft: counting.levelsLeft - 1 };
  const sum = { ...nothing };
  for (const selection of selections) {
    const counts = countSelection(selection, inner);
    sum.levels = Math.max(sum.levels, counts.levels);
    sum.depth = Math.max(sum.depth, counts.depth);
    sum.introspectionDepth = Math.max(sum.introspectionDepth, counts.introspectionDepth);
    sum.aliases += counts.aliases;
    sum.selections += counts.selections + 1;
    sum.strings += counts.strings;
  }
  sum.levels += 1;
  return sum;
}

function countSelection(selection: SelectionNode, counting: Counting): Counts {
  switch (selection.kind) {
    case Kind.FIELD:
      return countField(selection, counting);
    case Kind.INLINE_FRAGMENT:
      return countSet(selection.selectionSet, counting);
    case Kind.FRAGMENT_SPREAD:
      return countFragment(selection.name.value, counting);
  }
}

function countField({ name, alias, arguments: args = [], selectionSet }: FieldNode, counting: Counting): Counts {
  const inner = selectionSet ? countSet(selectionSet, counting) : nothing;
  const aliases = inner.aliases + (alias ? 1 : 0);
  const own = args.reduce((sum, { value }) => sum + lengthOfStrings(value), 0);
  counting.written.strings += own;
  const strings = inner.strings + own;
  return isIntrospectionField(name.value)
    ? { ...inner, aliases, strings, depth: 1, introspectionDepth: inner.depth + 1 }
    : { ...inner, aliases, strings, depth: inner.depth + 1 };
}

function lengthOfDefaults({ variableDefinitions = [] }: OperationDefinitionNode): number {
  return variableDefinitions.reduce(
    (sum, { defaultValue }) => sum + (defaultValue ? lengthOfStrings(defaultValue) : 0),
    0,
  );
}

/** Brackets in a document are limited, and so is the recursion. */
function lengthOfStrings(value: ValueNode): number {
  switch (value.kind) {
    case Kind.STRING:
      return value.value.length;
    case Kind.LIST:
      return value.values.reduce((sum, each) => sum + lengthOfStrings(each), 0);
    case Kind.OBJECT:
      return value.fields.reduce((sum, field) => sum + lengthOfStrings(field.value), 0);
    default:
      return 0;
  }
}

function countFragment(name: string, counting: Counting): Counts {
  const { fragments, counted } = counting;
  const before = counted.get(name);
  const fragment = fragments[name];
  if (before || !fragment) return before ?? nothing;
  // Ends cycles, which validation rejects.
  counted.set(name, nothing);
  const counts = countSet(fragment.selectionSet, counting);
  counted.set(name, counts);
  return counts;
}

/** Counts the response names of an operation's root fields, in fragments as well. */
function countRootFields(operation: OperationDefinitionNode, fragments: Fragments): number {
  const names = new Set<string>();
  const spread = new Set<string>();
  const pending: SelectionSetNode[] = [operation.selectionSet];
  for (let set = pending.pop(); set; set = pending.pop()) {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) names.add((selection.alias ?? selection.name).value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) pending.push(selection.selectionSet);
      else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        const fragment = fragments[selection.name.value];
        if (fragment) pending.push(fragment.selectionSet);
      }
    }
  }
  return names.size;
}

/** Counts the directives of the element that has most. */
function mostDirectives(document: DocumentNode): number {
  let most = 0;
  const look = ({ directives = [] }: { directives?: readonly DirectiveNode[] | undefined }) => {
    most = Math.max(most, directives.length);
  };
  const pending: SelectionSetNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    look(definition);
    definition.variableDefinitions?.forEach(look);
    pending.push(definition.selectionSet);
  }
  for (let set = pending.pop(); set; set = pending.pop()) {
    for (const selection of set.selections) {
      look(selection);
      if (selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet) pending.push(selection.selectionSet);
    }
  }
  return most;
}
