import type { RequestListener } from 'node:http';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished } from 'vitest';
import { listen } from '../../../tests/support/http/servers.ts';
import { createImageClient, type ImageClient } from '../image-service/client.ts';
import { type ImageServiceEffect, ImageServiceError } from '../image-service/http.ts';
import { commentedPng } from './images.ts';

export const token = 'secret-token-of-these-tests';
export const id = '0123456789abcdef01234567';
export const imageUrl = 'https://images.example/1';
export const created = JSON.stringify({ id, imageUrl });
const base64 = commentedPng('an image that must stay secret').toString('base64');
export const image = { base64, contentType: 'image/png' };
/** A call with enough time for every attempt. */
export const soon = () => ({ requestId: 'request-1', deadline: Date.now() + 10_000 });

export function clientOf(url: string, timeoutMs = 5_000, retryDelayMs = 10): ImageClient {
  const baseUrl = `${url}/images/api/v1`;
  const client = createImageClient({ baseUrl, token, timeoutMs, publicFetchOrigin: url, retryDelayMs });
  onTestFinished(client.close);
  return client;
}

/** Starts a service that always responds in the same way, and a client for it. */
export async function clientBefore(fault: RequestListener, timeoutMs?: number, retryDelayMs?: number) {
  const server = await listen(fault);
  onTestFinished(server.stop);
  return clientOf(server.url, timeoutMs, retryDelayMs);
}

/** Starts a service that runs one step per call, then repeats the last one; `arrived` has the methods of the calls. */
export async function clientBeforeSteps(steps: RequestListener[], timeoutMs?: number, retryDelayMs?: number) {
  const arrived: string[] = [];
  const client = await clientBefore(
    (req, res) => {
      arrived.push(req.method ?? '');
      steps[Math.min(arrived.length, steps.length) - 1]?.(req, res);
    },
    timeoutMs,
    retryDelayMs,
  );
  return { client, arrived };
}

/** Responds with a status and no body. */
export function answering(status: number): RequestListener {
  return (_, res) => void res.writeHead(status).end();
}

/**
 * Returns the error of a call, after checking its code and that it contains no secrets, neither for clients nor for
 * the log.
 */
export async function errorOf(call: Promise<unknown>): Promise<ImageServiceError> {
  const error = await call.then(
    (result) => expect.fail(`The call did not fail, but returned ${inspect(result)}`),
    (error: unknown) => error,
  );
  if (!(error instanceof ImageServiceError)) throw error;
  expect(error).toMatchObject({ name: 'ApiError', extensions: { code: 'IMAGE_SERVICE_UNAVAILABLE' } });
  expect(error.message).not.toMatch(/127\.0\.0\.1|http|\d{3}/);
  expect(error.cause).toBeInstanceOf(Error);
  const logged = inspect(error, { depth: Infinity, showHidden: true });
  expect(logged).not.toContain(token);
  expect(logged).not.toContain(base64.slice(0, 12));
  return error;
}

/** Responses that no call documents, with the effect that they prove. */
export const answers: Record<string, [ImageServiceEffect, RequestListener]> = {
  '202': ['answered', answering(202)],
  '301': ['answered', (_, res) => res.writeHead(301, { location: '/elsewhere' }).end()],
  '302 without a location': ['answered', answering(302)],
  '302 to no URL': ['answered', (_, res) => res.writeHead(302, { location: 'http://[' }).end()],
  '304': ['answered', answering(304)],
  '400': ['none', (_, res) => res.writeHead(400).end('{"status_code":400,"message":"bad body"}')],
  '401': ['none', (_, res) => res.writeHead(401).end('{"status_code":401,"message":"no token"}')],
  '403': ['none', (_, res) => res.writeHead(403).end('{"status_code":403,"message":"wrong token"}')],
  '409': ['answered', answering(409)],
  '413': ['none', (_, res) => res.writeHead(413).end('too large')],
  '415': ['none', answering(415)],
  '422': ['none', answering(422)],
  '429': ['none', (_, res) => res.writeHead(429, { 'retry-after': '1' }).end()],
  '500': ['answered', (_, res) => res.writeHead(500).end('Error: at /srv/images/store.js:1:1')],
  '502': ['unknown', (_, res) => res.writeHead(502).end('<html>nginx</html>')],
  '503': ['unknown', answering(503)],
  '504': ['unknown', answering(504)],
  '524': ['unknown', answering(524)],
};

/** Responses that are undocumented only for uploads. */
export const answersToUploads: typeof answers = {
  '200 with HTML': [
    'answered',
    (_, res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<html>hello</html>'),
  ],
  '200 with the body of a new image': ['answered', (_, res) => res.writeHead(200).end(created)],
  '200 without a body': ['answered', answering(200)],
  '405': ['none', answering(405)],
};

/** Broken responses, some of which begin with the status. */
export const breaks = (status: number): Record<string, RequestListener> => ({
  'closes the connection at once': (req) => req.socket.destroy(),
  'resets the connection at once': (req) => req.socket.resetAndDestroy(),
  'resets the connection after the head of its answer': (req, res) => {
    res.writeHead(status, { 'content-length': '1000' }).write('{', () => req.socket.resetAndDestroy());
  },
  'closes the connection before the end of its answer': (req, res) => {
    res.writeHead(status, { 'content-length': '1000' }).write('{', () => req.socket.end());
  },
  'closes the connection within a chunk': (req, res) => {
    res.writeHead(status).write('{"id":', () => req.socket.end());
  },
  'sends something that is not HTTP': (req) => void req.socket.end('SSH-2.0-OpenSSH_9.6\r\n'),
  'sends a header of 2 MB': (req) => void req.socket.end(`HTTP/1.1 201 X\r\nx: ${'x'.repeat(2_000_000)}\r\n\r\n`),
  'sends an invalid gzip body': (_, res) => {
    res.writeHead(status, { 'content-encoding': 'gzip' }).end('not gzip');
  },
});

/** Responses that are too long for an upload. */
export const floods: Record<string, RequestListener> = {
  'sends a valid body followed by 2 MB': (_, res) => res.writeHead(201).end(created + ' '.repeat(2_000_000)),
  'sends a valid body that decompresses to 20 MB': (_, res) => {
    res.writeHead(201, { 'content-encoding': 'gzip' }).end(gzipSync(created + ' '.repeat(20_000_000)));
  },
};

/** Repeats until the connection is closed. */
function every(milliseconds: number, { socket }: Parameters<RequestListener>[0], run: () => void) {
  const timer = setInterval(run, milliseconds);
  socket.once('close', () => clearInterval(timer));
}

export const delays = (status: number): Record<string, RequestListener> => ({
  'never responds': () => {},
  'sends the header and never the body': (_, res) => res.writeHead(status).flushHeaders(),
  'sends the body byte by byte without an end': (req, res) => {
    res.writeHead(status);
    every(20, req, () => res.write(' '));
  },
  'sends headers without an end': (req) => {
    req.socket.write('HTTP/1.1 201 Created\r\n');
    every(20, req, () => req.socket.write('x-more: x\r\n'));
  },
  'sends 102 Processing and nothing else': (req, res) => every(20, req, () => res.writeProcessing()),
});
