import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import fetch, { type Response } from 'node-fetch';
import { z } from 'zod';
import { Refusal } from '../../runtime/refusal.ts';
import { StartFault } from '../../runtime/start-fault.ts';

/** The image service's answer to a new image. */
export interface CreatedImage {
  id: string;
  /** Absolute http or https; stays the same when the image is replaced. */
  url: string;
}

export interface ImageUpload {
  base64: string;
  contentType: string;
}

/** The image service. All calls throw IMAGE_SERVICE_UNAVAILABLE where it is down, slow, or answers what it should not. */
export interface ImageClient {
  create(image: ImageUpload, requestId: string): Promise<CreatedImage>;
  /** False where there is no such image. */
  replace(id: string, image: ImageUpload, requestId: string): Promise<boolean>;
  /** Also where there is none: what matters is that it is gone. */
  delete(id: string, requestId: string): Promise<void>;
  close(): void;
}

export interface ImageClientSettings {
  /** Up to and with `/images/api/v1`. */
  baseUrl: string;
  token: string;
  /** From the call to the answer's last byte. */
  timeoutMs: number;
}

const maxConnections = 16;
const maxAnswerBytes = 64 * 1024;
/** What one request's JSON may weigh, as the service's framework counts. */
const maxPayloadBytes = 512_000;

const createdImage = z.object({ id: z.string().regex(/^[0-9a-f]{24}$/), imageUrl: z.url({ protocol: /^https?$/ }) });

/** The longest image whose payload the service takes, in bytes before base64. */
export function maxImageBytes(): number {
  const aroundData = payload({ base64: '', contentType: 'image/jpeg' }).length;
  return Math.floor((maxPayloadBytes - aroundData) / 4) * 3;
}

/** Reads the image service's private token: what a header carries as it is, in one line. */
export function readImageServiceToken(text: string): string {
  if (/^[\x20-\x7e]+$/.test(text)) return text;
  throw new StartFault('It is damaged: the token must be one line of ASCII. Restore it.');
}

/** A client over one pool of connections that are kept alive. */
export function createImageClient({ baseUrl, token, timeoutMs }: ImageClientSettings): ImageClient {
  const AgentOfScheme = baseUrl.startsWith('https:') ? HttpsAgent : HttpAgent;
  const agent = new AgentOfScheme({ keepAlive: true, maxSockets: maxConnections });

  const call = async ({ method, path, image, requestId }: Call): Promise<Answer> => {
    const headers = { 'x-api-private-token': token, 'x-request-id': requestId };
    try {
      const response = await fetch(`${baseUrl}/images${path}`, {
        method,
        agent,
        redirect: 'manual',
        size: maxAnswerBytes,
        signal: AbortSignal.timeout(timeoutMs),
        headers: image ? { ...headers, 'content-type': 'application/json' } : headers,
        ...(image && { body: payload(image) }),
      });
      return { response, text: await response.text() };
    } catch (cause) {
      throw unavailable(cause);
    }
  };

  return {
    async create(image, requestId) {
      const answer = await call({ method: 'POST', path: '', image, requestId });
      if (answer.response.status !== 201) throw unexpected(answer);
      return readCreated(answer);
    },
    async replace(id, image, requestId) {
      const answer = await call({ method: 'PUT', path: `/${id}`, image, requestId });
      if (answer.response.status === 404) return false;
      if (answer.response.status !== 204) throw unexpected(answer);
      return true;
    },
    async delete(id, requestId) {
      const answer = await call({ method: 'DELETE', path: `/${id}`, requestId });
      if (answer.response.status !== 204 && answer.response.status !== 404) throw unexpected(answer);
    },
    close: () => agent.destroy(),
  };
}

interface Call {
  method: 'POST' | 'PUT' | 'DELETE';
  path: string;
  image?: ImageUpload;
  requestId: string;
}

interface Answer {
  response: Response;
  text: string;
}

/** JSON in bytes, written once: base64 and the types of images hold nothing that JSON would escape. */
function payload({ base64, contentType }: ImageUpload): Buffer {
  return Buffer.from(`{"data":"${base64}","contentType":"${contentType}"}`, 'latin1');
}

function readCreated(answer: Answer): CreatedImage {
  const created = createdImage.safeParse(parseJson(answer.text));
  if (!created.success) throw unexpected(answer);
  return { id: created.data.id, url: created.data.imageUrl };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of what was answered only the status goes into the log: a service may repeat the token or the image in its text. */
function unexpected({ response }: Answer): Refusal {
  const type = response.headers.get('content-type')?.slice(0, 100) ?? 'of no type';
  return unavailable(
    new Error(`The image service answered ${response.status}, ${type}, which is not what its table says.`),
  );
}

function unavailable(cause: unknown): Refusal {
  const message = 'The image service cannot be reached or does not answer as it should: try again.';
  return new Refusal({ code: 'IMAGE_SERVICE_UNAVAILABLE' }, message, { cause });
}
