import pLimit from 'p-limit';
import { maxRepresentations } from '../../platform/graphql/representations.ts';
import type { Data, SubgraphResponse } from '../execution/run.ts';

/** Batches of one fetch in flight: enough to keep a subgraph busy, and few enough to leave room for other requests. */
const maxInFlight = 4;

type SubgraphError = NonNullable<SubgraphResponse['errors']>[number];

type SendBatch = (variables: Data) => Promise<SubgraphResponse>;

/** Sends the representations of a fetch in batches that a subgraph accepts, and joins the responses. Rejects if one does. */
export function sendInBatches(variables: Data, send: SendBatch): Promise<SubgraphResponse> {
  const { representations } = variables;
  if (!Array.isArray(representations) || representations.length <= maxRepresentations) return send(variables);
  return sendEach({ ...variables, representations }, send);
}

async function sendEach(
  { representations, ...variables }: Data & { representations: unknown[] },
  send: SendBatch,
): Promise<SubgraphResponse> {
  const inTurn = pLimit(maxInFlight);
  const responses = batchesOf(representations).map((batch) =>
    inTurn(() => send({ ...variables, representations: batch })),
  );
  try {
    return join(await Promise.all(responses), representations.length);
  } finally {
    // After a rejection, nothing waits for the batches that have not been sent.
    inTurn.clearQueue();
  }
}

function batchesOf(representations: readonly unknown[]): (readonly unknown[])[] {
  const count = Math.ceil(representations.length / maxRepresentations);
  return Array.from({ length: count }, (_, batch) =>
    representations.slice(batch * maxRepresentations, (batch + 1) * maxRepresentations),
  );
}

/** Joins responses in their order. Entities of a response without data are null, as its errors say why. */
function join(responses: readonly SubgraphResponse[], count: number): SubgraphResponse {
  const entities: unknown[] = Array(count).fill(null);
  const errors: SubgraphError[] = [];
  responses.forEach(({ data, errors: own = [] }, batch) => {
    const offset = batch * maxRepresentations;
    const received = data?._entities;
    if (Array.isArray(received)) {
      received.forEach((entity, index) => {
        entities[offset + index] = entity;
      });
    }
    errors.push(...own.map((error) => moved(error, offset)));
  });
  return { data: { _entities: entities }, ...(errors.length > 0 && { errors }) };
}

/** Moves an error's path from its batch to the whole fetch. */
function moved(error: SubgraphError, offset: number): SubgraphError {
  const [field, index, ...rest] = error.path ?? [];
  if (field !== '_entities' || typeof index !== 'number') return error;
  return { ...error, path: [field, offset + index, ...rest] };
}
