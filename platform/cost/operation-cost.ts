import {
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { type Fragments, fragmentsOf, variableDefaults } from '../graphql/documents/operation-document.ts';
import type { ValidOperation } from '../graphql/prepared-operations.ts';
import { argumentCost, compileValue, hasVariables, sizeOfList } from './arguments.ts';
import type { CostModel } from './cost-model.ts';
import type { ListSize } from './directives.ts';
import { evaluate, maximum, product, type Scope, sum, type Term } from './terms.ts';

/** The cost of an operation, compiled once and computed for each request. */
export interface OperationCost {
  cost(variables: Record<string, unknown> | undefined): number;
  /** Estimates the heap that this object holds. */
  sizeBytes: number;
}

/** Elements of a list without `@listSize`. */
const defaultListSize = 20;

/** Weight of `__schema` and of `__type`: measured, a whole introspection takes as long as a few hundred objects. */
export const introspectionWeight = 500;

/** Measured for a function of variables, with what it refers to. */
const bytesPerFunction = 500;
const baseBytes = 300;

/** Costs of a selection: of what it selects once, and of what it selects for each element of the list around it. */
interface SelectionCost {
  once: Term;
  perElement: Term;
}

interface Context {
  model: CostModel;
  fragments: Fragments;
  /** Costs that were compiled before, by selection set, type, and the size of the list around it. */
  compiled: Map<SelectionSetNode, Map<string, SelectionCost>>;
  /** Functions of variables whose results several terms share, each after those that it uses. */
  shared: ((scope: Scope) => number)[];
}

/**
 * Compiles the cost of a valid operation by the GraphQL Cost Directives Specification: the weights of all objects, with
 * lists multiplied along the path. Each selection counts wherever it stands, a fragment's wherever it is spread; it is
 * compiled once, so that the work is linear in the length of the document. Of the possible types of an abstract type, the
 * most expensive counts.
 */
export function compileCost({ document, operation }: ValidOperation, model: CostModel): OperationCost {
  const context: Context = { model, fragments: fragmentsOf(document), compiled: new Map(), shared: [] };
  const type = model.schema.getRootType(operation.operation);
  const total = type ? selectionCost(operation.selectionSet, { type, list: undefined }, context).once : 0;
  if (typeof total === 'number') return { cost: () => total, sizeBytes: baseBytes };

  const { shared } = context;
  const defaults = variableDefaults(operation);
  return {
    cost: (variables) => {
      const scope: Scope = { variables: { ...defaults, ...variables }, results: [] };
      for (const compute of shared) scope.results.push(compute(scope));
      return Math.round(evaluate(total, scope));
    },
    sizeBytes: baseBytes + bytesPerFunction * shared.length,
  };
}

/** The place of a selection: the type of its objects, and the size of the lists in them, if the field above declares one. */
interface Place {
  type: GraphQLNamedType;
  list: ListSize | undefined;
}

function selectionCost(set: SelectionSetNode, place: Place, context: Context): SelectionCost {
  const key = `${place.type.name} ${place.list?.sizedFields.join(' ') ?? ''}`;
  const known = context.compiled.get(set) ?? new Map<string, SelectionCost>();
  context.compiled.set(set, known);
  const found = known.get(key);
  if (found) return found;
  const { once, perElement } = isAbstractType(place.type)
    ? maximumCost(set, place, context)
    : sumCost(set.selections, place, context);
  const cost = { once: share(once, context), perElement: share(perElement, context) };
  known.set(key, cost);
  return cost;
}

/** Lets each use of a term refer to one computation of it. */
function share(term: Term, { shared }: Context): Term {
  if (typeof term === 'number') return term;
  const index = shared.push(term) - 1;
  return ({ results }) => results[index] ?? 0;
}

function maximumCost(set: SelectionSetNode, { type, list }: Place, context: Context): SelectionCost {
  const types = isAbstractType(type) ? context.model.schema.getPossibleTypes(type) : [];
  // An interface's own fields may have weights that its types do not repeat.
  const costs = [
    sumCost(set.selections, { type, list }, context),
    ...types.map((each) => selectionCost(set, { type: each, list }, context)),
  ];
  return {
    once: maximum(costs.map(({ once }) => once)),
    perElement: maximum(costs.map(({ perElement }) => perElement)),
  };
}

function sumCost(selections: readonly SelectionNode[], place: Place, context: Context): SelectionCost {
  const once: Term[] = [];
  const perElement: Term[] = [];
  for (const selection of selections) {
    const cost =
      selection.kind === Kind.FIELD ? fieldCost(selection, place, context) : fragmentCost(selection, place, context);
    const factor = inclusion(selection);
    once.push(product(factor, cost.once));
    perElement.push(product(factor, cost.perElement));
  }
  return { once: sum(once), perElement: sum(perElement) };
}

const nothing: SelectionCost = { once: 0, perElement: 0 };

function fragmentCost(selection: Exclude<SelectionNode, FieldNode>, place: Place, context: Context): SelectionCost {
  const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : context.fragments[selection.name.value];
  if (!fragment) return nothing;
  const condition = fragment.typeCondition && context.model.schema.getType(fragment.typeCondition.name.value);
  const { type } = place;
  const applies =
    !condition ||
    condition === type ||
    (isAbstractType(condition) && isObjectType(type) && context.model.schema.isSubType(condition, type));
  return applies ? selectionCost(fragment.selectionSet, place, context) : nothing;
}

function fieldCost(node: FieldNode, { type, list }: Place, context: Context): SelectionCost {
  const name = node.name.value;
  if (name === '__schema' || name === '__type') return { once: introspectionWeight, perElement: 0 };
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
  if (!field) return nothing;
  const each = elementCost(node, field, context);
  const args = argumentCost(node, field, context.model);
  if (list?.sizedFields.includes(name)) return { once: args, perElement: each };
  return { once: sum([args, product(ownSize(node, field, context), each)]), perElement: 0 };
}

/** The cost of one object of a field: its weight, and what is selected of it. */
function elementCost(node: FieldNode, field: GraphQLField<unknown, unknown>, context: Context): Term {
  const weight = context.model.weightOfField(field);
  const type = getNamedType(field.type);
  if (!node.selectionSet || !isCompositeType(type)) return weight;
  const listSize = context.model.listSizeOf(field);
  const list = listSize && listSize.sizedFields.length > 0 ? listSize : undefined;
  const { once, perElement } = selectionCost(node.selectionSet, { type, list }, context);
  const sized = list ? product(sizeOf(node, field, list), perElement) : 0;
  return sum([weight, once, sized]);
}

/** The number of objects of a field: 1 unless it is a list. */
function ownSize(node: FieldNode, field: GraphQLField<unknown, unknown>, { model }: Context): Term {
  const type = isNonNullType(field.type) ? field.type.ofType : field.type;
  if (!isListType(type)) return 1;
  const listSize = model.listSizeOf(field);
  return listSize ? sizeOf(node, field, listSize) : defaultListSize;
}

function sizeOf(node: FieldNode, field: GraphQLField<unknown, unknown>, listSize: ListSize): Term {
  return sizeOfList(node, field, { ...listSize, assumedSize: listSize.assumedSize ?? defaultListSize });
}

/** 1 if the conditions of a selection hold, else 0. */
function inclusion({ directives = [] }: SelectionNode): Term {
  return directives.reduce<Term>((factor, { name, arguments: args = [] }) => {
    const condition = args.find((each) => each.name.value === 'if')?.value;
    if (!condition || (name.value !== 'skip' && name.value !== 'include')) return factor;
    const excluded = name.value === 'skip';
    const read = compileValue(condition);
    const holds = (scope: Scope) => (read(scope) === excluded ? 0 : 1);
    return product(factor, hasVariables(condition) ? holds : holds({ variables: {}, results: [] }));
  }, 1);
}
