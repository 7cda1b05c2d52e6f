import { GraphQLError, NoSchemaIntrospectionCustomRule, type ValidationContext, type ValidationRule } from 'graphql';

/** Rules of a server that does not show its schema. `__typename` stays: it tells nothing but the type of a result. */
export const introspectionOff: readonly ValidationRule[] = [NoSchemaIntrospectionCustomRule, noServiceSdlRule];

/** Rejects `_service`, by which a subgraph shows its SDL to tools that compose it. */
function noServiceSdlRule(context: ValidationContext): ReturnType<ValidationRule> {
  const query = context.getSchema().getQueryType();
  return {
    Field(node) {
      if (node.name.value !== '_service' || context.getParentType() !== query) return;
      const message = 'Introspection is off, and with it the SDL that _service shows.';
      context.reportError(new GraphQLError(message, { nodes: node }));
    },
  };
}

/** Cuts off what graphql-js guesses was meant, which names parts of the schema. */
export function withoutSuggestion(message: string): string {
  return message.replace(/ Did you mean .*\?$/s, '');
}
