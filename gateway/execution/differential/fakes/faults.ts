import { canonical, happens, isRecord, pickBy } from '../operations/random.ts';
import type { World } from './entities.ts';
import { complaintAt } from './values.ts';

/** What a subgraph says, as it comes out of JSON. */
export interface Answer {
  data?: unknown;
  errors?: unknown[] | null;
}

/** What an answer answers. */
export interface Asked {
  subgraph: string;
  query: string;
  /** Of each entity asked for, in their order; undefined where none were. */
  representations: unknown[] | undefined;
}

/**
 * Makes of a right answer one that is as wrong as the mood says. What happens to an entity is decided by what was said of
 * it and by the place in it, not by its index: an executor that asks for equal entities once gets the same for each.
 */
export function spoil(answer: Answer, asked: Asked, { seed, mood }: World, typeNames: string[]): Answer {
  const { subgraph, query, representations } = asked;
  const at = [seed, subgraph, query].join(' ');
  const entities = isRecord(answer.data) && representations ? answer.data._entities : undefined;
  const data = Array.isArray(entities)
    ? { _entities: entities.map((entity, index) => spoilt(entity, placeOf(representations?.[index]))) }
    : spoiltParts(answer.data, placeOf('root'));
  const errors = [...(answer.errors ?? []), ...strayErrors()];
  const whole: Answer = { ...(data !== undefined && { data }), ...(errors.length > 0 && { errors }) };
  return happens(mood.broken, at, 'broken') ? broken(whole) : whole;

  function placeOf(what: unknown): string {
    return [seed, subgraph, canonical(what)].join(' ');
  }

  function spoilt(value: unknown, place: string): unknown {
    if (happens(mood.nulls, place, 'null')) return null;
    if (happens(mood.wrong, place, 'wrong')) return pickBy(wrongFor(value, place), place, 'which');
    return spoiltParts(value, place);
  }

  function spoiltParts(value: unknown, place: string): unknown {
    if (Array.isArray(value)) return value.map((part, index) => spoilt(part, `${place}/${index}`));
    if (!isRecord(value)) return value;
    const parts = Object.entries(value).filter(([key]) => !happens(mood.nulls / 4, place, key, 'missing'));
    return Object.fromEntries(parts.map(([key, part]) => [key, spoilt(part, `${place}/${key}`)]));
  }

  function wrongFor(value: unknown, place: string): unknown[] {
    if (place.endsWith('/__typename')) return [...typeNames, 'Nothing', '', 7, null, true, {}, [value]];
    if (typeof value === 'string') return [7, 0.5, true, {}, [], [value], `${value}?`, '', { __typename: value }];
    if (typeof value === 'number') return [value + 0.5, 2 ** 40, String(value), '', true, [value], {}];
    if (typeof value === 'boolean') return ['true', 0, 1, [], {}];
    if (Array.isArray(value))
      return ['list', 3, {}, { length: 1 }, [value], value[0], [...value, null], [...value, 1], []];
    if (!isRecord(value)) return [0, '', {}, []];
    const { __typename, ...rest } = value;
    const named = (name: unknown) => ({ ...value, __typename: name });
    return ['object', 5, true, [], [value], {}, rest, named(pickBy(typeNames, place)), named('Nothing'), named(9)];
  }

  function strayErrors(): unknown[] {
    if (!happens(mood.strayErrors, at, 'stray')) return [];
    // No index of an entity that was asked for: it may be another one's where equal ones were asked for once.
    const index = representations ? 1000 : 1;
    const paths = [undefined, null, [], ['_entities'], ['_entities', 'x'], ['_entities', index, 'y'], ['a', index, 2]];
    const places = [pickBy(paths, at, 'path'), pickBy(paths, at, 'other path')];
    return places.map((path, number) => ({ ...complaintAt(`${at} ${number}`), ...(path !== undefined && { path }) }));
  }

  function broken(answered: Answer): Answer {
    const { errors: _, ...errorless } = answered;
    const list = isRecord(answered.data) ? answered.data._entities : undefined;
    const withEntities = (other: unknown) => ({ ...answered, data: { _entities: other } });
    const always = [
      {},
      { ...answered, data: null },
      { ...errorless, errors: null },
      { errors: [] },
      errorless,
      { ...answered, data: {} },
    ];
    if (!Array.isArray(list)) return pickBy(always, at, 'how');
    const lists = ['list', null, {}, [...list, null], [...list, {}], list.slice(1), list.map(() => 'entity'), []];
    return pickBy([...always, ...lists.map(withEntities)], at, 'how');
  }
}
