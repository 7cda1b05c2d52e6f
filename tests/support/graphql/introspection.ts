/** A field of an introspection type, as a server advertises it. */
interface AdvertisedField {
  name: string;
  args: { name: string; type: AdvertisedType }[];
  type: AdvertisedType;
}

interface AdvertisedType {
  kind: string;
  name: string | null;
  ofType: AdvertisedType | null;
}

interface IntrospectionType {
  name: string;
  kind: string;
  fields: AdvertisedField[] | null;
}

const typeReference = 'kind name ofType { kind name ofType { kind name ofType { kind name } } }';

/** Asks for the introspection types themselves. Their meta-types are found by their names, which begin with `__`. */
export const introspectionTypesQuery = `{
  __schema { types { name kind fields(includeDeprecated: true) { name args { name type { ${typeReference} } } type { ${typeReference} } } } }
}`;

export interface IntrospectionTypes {
  __schema: { types: IntrospectionType[] };
}

/** Selects every field of every introspection type with every argument, as deep as `depth` types. */
export function selectEverything({ __schema: { types } }: IntrospectionTypes, depth: number): string {
  const byName = new Map(types.map((type) => [type.name, type]));
  const selectionOf = (typeName: string, left: number): string => {
    const fields = byName.get(typeName)?.fields ?? [];
    return fields.flatMap((field) => fieldSelections(field, left)).join(' ');
  };
  const fieldSelections = ({ name, args, type }: AdvertisedField, left: number): string[] => {
    const named = namedType(type);
    const isComposite = (byName.get(named)?.fields ?? null) !== null;
    if (isComposite && left === 0) return [];
    const selection = isComposite ? ` { __typename ${selectionOf(named, left - 1)} }` : '';
    const withArguments = args.flatMap((argument) =>
      valuesFor(argument.type).map(
        (value, index) => `${name}_${argument.name}${index}: ${name}(${argument.name}: ${value})${selection}`,
      ),
    );
    return [`${name}${selection}`, ...withArguments];
  };
  return `{ __typename __schema { ${selectionOf('__Schema', depth)} } __type(name: "User") { ${selectionOf('__Type', depth)} } }`;
}

/** Counts the fields and arguments that a server advertises for introspection. */
export function countAdvertised({ __schema: { types } }: IntrospectionTypes): number {
  const fields = types.filter(({ name }) => name.startsWith('__')).flatMap((type) => type.fields ?? []);
  return fields.length + fields.flatMap(({ args }) => args).length;
}

function namedType(type: AdvertisedType): string {
  return type.ofType ? namedType(type.ofType) : String(type.name);
}

function valuesFor(type: AdvertisedType): string[] {
  return namedType(type) === 'Boolean' ? ['true', 'false'] : ['"User"'];
}
