import { inClientNames } from '../operations/harmless-names.ts';
import { canonical, happens, isRecord, pickBy } from '../operations/random.ts';
import type { CaseContext } from './entities.ts';
import { errorPartsAt } from './values.ts';

/** A request that a gateway sends to a subgraph. */
export interface SubgraphRequest {
  subgraph: string;
  query: string;
  variables: Record<string, unknown>;
}

/** A subgraph's response, as parsed from JSON. Its parts may have any type, as a faulty subgraph's do. */
export interface SubgraphResponse {
  data?: unknown;
  errors?: unknown[] | null;
}

/**
 * Injects faults into a correct response, with the probabilities of the scenario. A fault in an entity depends on its
 * representation and the place in it, not on its index: an executor that sends equal representations once gets the same.
 * So does one that sends other response names.
 */
export function injectFaults(
  response: SubgraphResponse,
  request: SubgraphRequest,
  { seed, scenario, typeNames }: CaseContext & { typeNames: string[] },
): SubgraphResponse {
  const { subgraph, query, variables } = request;
  const representations = Array.isArray(variables.representations) ? variables.representations : undefined;
  const at = [seed, subgraph, inClientNames(query)].join(' ');
  const entities = isRecord(response.data) && representations ? response.data._entities : undefined;
  const data = Array.isArray(entities)
    ? { _entities: entities.map((entity, index) => faultyValue(entity, placeOf(representations?.[index]))) }
    : withFaultyFields(response.data, placeOf('root'));
  const errors = [...(response.errors ?? []), ...strayErrors()];
  const faulty = { ...(data !== undefined && { data }), ...(errors.length > 0 && { errors }) };
  return happens(scenario.broken, at, 'broken') ? brokenResponse(faulty) : faulty;

  function placeOf(value: unknown): string {
    return [seed, subgraph, canonical(value)].join(' ');
  }

  function faultyValue(value: unknown, place: string): unknown {
    if (happens(scenario.nulls, place, 'null')) return null;
    if (happens(scenario.wrong, place, 'wrong')) return pickBy(wrongValuesFor(value, place), place, 'which');
    return withFaultyFields(value, place);
  }

  function withFaultyFields(value: unknown, place: string): unknown {
    if (Array.isArray(value)) return value.map((item, index) => faultyValue(item, `${place}/${index}`));
    if (!isRecord(value)) return value;
    const fields = Object.entries(value).flatMap(([key, field]) => {
      const fieldPlace = `${place}/${inClientNames(key)}`;
      return happens(scenario.nulls / 4, fieldPlace, 'missing') ? [] : [[key, faultyValue(field, fieldPlace)] as const];
    });
    return Object.fromEntries(fields);
  }

  function wrongValuesFor(value: unknown, place: string): unknown[] {
    if (place.endsWith('/__typename')) return [...typeNames, 'Nothing', '', 7, null, true, {}, [value]];
    if (typeof value === 'string') return [7, 0.5, true, {}, [], [value], `${value}?`, '', { __typename: value }];
    if (typeof value === 'number') return [value + 0.5, 2 ** 40, String(value), '', true, [value], {}];
    if (typeof value === 'boolean') return ['true', 0, 1, [], {}];
    if (Array.isArray(value)) return ['list', 3, {}, [value], value[0], [...value, null], [...value, 1], []];
    if (!isRecord(value)) return [0, '', {}, []];
    const { __typename, ...rest } = value;
    const named = (name: unknown) => ({ ...value, __typename: name });
    return ['object', 5, true, [], [value], {}, rest, named(pickBy(typeNames, place)), named('Nothing'), named(9)];
  }

  function strayErrors(): unknown[] {
    if (!happens(scenario.strayErrors, at, 'stray')) return [];
    // Beyond any entity's index: an index in range may be another entity's for an executor that sends equal ones once.
    const index = representations ? 1000 : 1;
    const paths = [undefined, null, [], ['_entities'], ['_entities', 'x'], ['_entities', index, 'y'], ['a', index, 2]];
    const places = [pickBy(paths, at, 'path'), pickBy(paths, at, 'other path')];
    return places.map((path, number) => ({ ...errorPartsAt(`${at} ${number}`), ...(path !== undefined && { path }) }));
  }

  function brokenResponse(whole: SubgraphResponse): SubgraphResponse {
    const { errors: _, ...errorless } = whole;
    const list = isRecord(whole.data) && representations ? whole.data._entities : undefined;
    const withEntities = (other: unknown) => ({ ...whole, data: { _entities: other } });
    const always = [
      {},
      { ...whole, data: null },
      { ...errorless, errors: null },
      { errors: [] },
      errorless,
      { ...whole, data: {} },
    ];
    if (!Array.isArray(list)) return pickBy(always, at, 'how');
    const lists = ['list', null, {}, [...list, null], [...list, {}], list.slice(1), list.map(() => 'entity'), []];
    return pickBy([...always, ...lists.map(withEntities)], at, 'how');
  }
}
