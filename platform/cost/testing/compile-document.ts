import { buildSchema, type DocumentNode, getOperationAST, type OperationDefinitionNode, parse, print } from 'graphql';
import { createCostModel } from '../cost-model.ts';
import { compileCost, type OperationCost } from '../operation-cost.ts';

export type CompileDocument = (
  document: string | DocumentNode,
) => OperationCost & { operation: OperationDefinitionNode };

/** Creates the function that compiles the cost of a document with one operation, by the SDL of its schema. */
export function createCompileDocument(sdl: string): CompileDocument {
  const model = createCostModel(buildSchema(sdl, { assumeValidSDL: true }));
  return (given) => {
    const document = typeof given === 'string' ? parse(given) : given;
    const source = typeof given === 'string' ? given : print(given);
    const operation = getOperationAST(document);
    if (!operation) throw new Error(`The document holds no operation, or several: ${source}`);
    return { ...compileCost({ source, document, operation, operationName: undefined }, model), operation };
  };
}
