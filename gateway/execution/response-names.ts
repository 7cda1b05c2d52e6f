import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** A field whose response name a query plan may need for a field of its own, such as a key. */
export interface Collision {
  node: FieldNode;
  responseName: string;
}

/** Finds response names that a query plan may need for itself. */
export interface ResponseNames {
  /** Lists the fields of a valid document under such a name. */
  collisionsIn(document: DocumentNode): Collision[];
  /** Names of all fields that subgraphs have. */
  fieldNames(): ReadonlySet<string>;
}

/**
 * Creates the search over `schema`, which clients see, and the supergraph, which also has the fields that they do not see.
 * A query plan fetches keys, fields of @requires and `__typename` under their own names, and reads them from there.
 */
export function createResponseNames(schema: GraphQLSchema, supergraph: () => GraphQLSchema): ResponseNames {
  let ownNames: OwnNames | undefined;
  const own = () => {
    ownNames ??= createOwnNames(supergraph());
    return ownNames;
  };

  return {
    collisionsIn: (document) => {
      const types = new TypeInfo(schema);
      const selected = new Set<string>();
      const withArguments: Collision[] = [];
      const collisions: Collision[] = [];
      const visitor = {
        Field: (node: FieldNode) => {
          const { alias, name } = node;
          const [parent, field] = [types.getParentType(), types.getFieldDef()];
          // Introspection is no part of a plan.
          if (!parent || !field || parent.name.startsWith('__') || isIntrospection(node)) return;
          selected.add(name.value);
          if (!alias || alias.value === name.value) {
            if (field.args.length > 0) withArguments.push({ node, responseName: name.value });
          } else if (alias.value.startsWith('__') || own().namesIn(parent.name).has(alias.value)) {
            collisions.push({ node, responseName: alias.value });
          }
        },
      };
      visit(document, visitWithTypeInfo(types, visitor));
      if (withArguments.length === 0) return collisions;
      // Under its own name, a field collides with itself where a @requires gives it other arguments.
      const required = own().requiredBy(selected);
      return [...collisions, ...withArguments.filter(({ responseName }) => required.has(responseName))];
    },
    fieldNames: () => own().all,
  };
}

/** Tells the fields that describe the schema. */
export const isIntrospection = ({ name }: FieldNode): boolean => name.value === '__schema' || name.value === '__type';

/** Limit of the errors for one operation, as in validation by graphql-js. */
const maxErrors = 100;

/** Makes one error for each name. Only Apollo's executor, which confuses such names, can run the operation. */
export function rejectCollisions(collisions: readonly Collision[]): GraphQLError[] {
  const byName = new Map(collisions.map(({ node, responseName }) => [responseName, node]));
  return [...byName]
    .slice(0, maxErrors)
    .map(
      ([name, node]) =>
        new GraphQLError(
          `The response name "${name}" of "${node.name.value}" is one that the gateway needs for itself: ` +
            `choose another alias, such as "${node.name.value.replace(/^_+/, '')}Alias".`,
          { nodes: node, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
        ),
    );
}

/** The names of the subgraphs' fields. */
interface OwnNames {
  all: ReadonlySet<string>;
  /** Names that fields of the names in `selected` require, and those that these require. */
  requiredBy(selected: Iterable<string>): ReadonlySet<string>;
  /** Names of the fields of all objects that a value of the type may be. */
  namesIn(type: string): ReadonlySet<string>;
}

function createOwnNames(supergraph: GraphQLSchema): OwnNames {
  const types = Object.values(supergraph.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const fields = types.flatMap(fieldsOf);
  const byType = new Map<string, ReadonlySet<string>>();
  const requirements = new Map<string, string[]>();
  for (const field of fields) {
    const names = requiredNames(field);
    if (names.length > 0) requirements.set(field.name, [...(requirements.get(field.name) ?? []), ...names]);
  }
  return {
    all: new Set(fields.map(({ name }) => name)),
    requiredBy: (selected) => {
      const required = new Set<string>();
      const add = (name: string) => {
        for (const each of requirements.get(name) ?? []) {
          if (required.has(each)) continue;
          required.add(each);
          add(each);
        }
      };
      for (const name of selected) add(name);
      return required;
    },
    namesIn: (typeName) => {
      const names = byType.get(typeName) ?? namesIn(supergraph, typeName);
      byType.set(typeName, names);
      return names;
    },
  };
}

function namesIn(supergraph: GraphQLSchema, typeName: string): ReadonlySet<string> {
  const type = supergraph.getType(typeName);
  const types = isAbstractType(type) ? [type, ...supergraph.getPossibleTypes(type)] : type ? [type] : [];
  return new Set(types.flatMap((each) => fieldsOf(each).map(({ name }) => name)));
}

const fieldsOf = (type: GraphQLNamedType): GraphQLField<unknown, unknown>[] =>
  isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];

/** Lists the names of fields that `@join__field(requires:)` selects. */
function requiredNames({ astNode }: GraphQLField<unknown, unknown>): string[] {
  const args = astNode?.directives?.flatMap(({ name, arguments: all = [] }) =>
    name.value === 'join__field' ? all : [],
  );
  return (args ?? []).flatMap(({ name, value }) =>
    name.value === 'requires' && value.kind === Kind.STRING ? namesOfFields(parse(`{ ${value.value} }`)) : [],
  );
}

function namesOfFields(document: DocumentNode): string[] {
  const names: string[] = [];
  visit(document, { Field: ({ name }) => void names.push(name.value) });
  return names;
}
