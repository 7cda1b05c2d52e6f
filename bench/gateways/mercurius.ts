import { type DefinitionNode, Kind, type ObjectTypeDefinitionNode, parse, print, visit } from 'graphql';
import { readSchema, settingsOf } from './settings.ts';

/** The parts of Mercurius and Fastify in use; they are installed in bench/ only. */
interface Fastify {
  register(plugin: unknown, options: unknown): void;
  listen(address: { port: number; host: string }): Promise<string>;
}
interface Headers {
  authorization?: string;
}

const names = { fastify: 'fastify', gateway: '@mercuriusjs/gateway' };
const { fastify } = (await import(names.fastify)) as { fastify(options: unknown): Fastify };
const { default: mercuriusGateway } = (await import(names.gateway)) as { default: unknown };

/** Directives of GraphQL and of federation 1. Mercurius rejects a schema with others, such as those of costs. */
const knownDirectives = ['key', 'external', 'requires', 'provides', 'deprecated', 'specifiedBy'];

/** Mercurius' gateway with jit, on Fastify. */
const settings = settingsOf(process.argv);
const app = fastify({ logger: { level: 'warn' } });
const service = (name: 'auth' | 'resources', url: string) => ({
  name,
  url,
  schema: inFederation1(readSchema(name)),
  mandatory: true,
  rewriteHeaders: ({ authorization }: Headers) => (authorization ? { authorization } : {}),
});
app.register(mercuriusGateway, {
  jit: 1,
  path: '/graphql',
  gateway: { services: [service('auth', settings.authUrl), service('resources', settings.resourcesUrl)] },
});
await app.listen({ port: settings.port, host: '127.0.0.1' });

/** Rewrites SDL to federation 1, which Mercurius needs: `extend` on root types and on entities of another subgraph. */
function inFederation1(sdl: string): string {
  const document = visit(parse(sdl, { noLocation: true }), {
    Directive: ({ name }) => (knownDirectives.includes(name.value) ? undefined : null),
  });
  const definitions = document.definitions.filter(({ kind }) => kind !== Kind.SCHEMA_EXTENSION);
  return print({ ...document, definitions: definitions.map(toExtension) });
}

function toExtension(definition: DefinitionNode): DefinitionNode {
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return definition;
  const { description, ...type } = definition;
  if (/^(Query|Mutation)$/.test(type.name.value)) return { ...type, kind: Kind.OBJECT_TYPE_EXTENSION };
  return isUserReference(definition)
    ? // The other subgraph says which interfaces it implements, and Mercurius takes one said twice for a mistake.
      { ...type, kind: Kind.OBJECT_TYPE_EXTENSION, interfaces: [], fields: withExternalKey(type) }
    : type;
}

/** A User without `username` is the resources subgraph's reference to auth's entity. */
function isUserReference({ name, fields = [] }: ObjectTypeDefinitionNode): boolean {
  return name.value === 'User' && !fields.some((field) => field.name.value === 'username');
}

function withExternalKey({ fields = [] }: Pick<ObjectTypeDefinitionNode, 'fields'>) {
  const external = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'external' } } as const;
  return fields.map((field) => (field.name.value === 'id' ? { ...field, directives: [external] } : field));
}
