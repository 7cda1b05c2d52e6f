import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** A response as it was read from a connection. */
export interface RawResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Sends bytes on a connection of their own, and gives every response that comes until the server closes it. */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<RawResponse[]> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const received = text(socket);
  // Ending the sending side makes a server close a connection that would otherwise stay open.
  socket.end(bytes);
  return parseResponses(await received);
}

/** Reads responses with Content-Length, one after the other. */
function parseResponses(received: string): RawResponse[] {
  const responses: RawResponse[] = [];
  for (let rest = received; rest.length > 0; ) {
    const [head = '', ...after] = rest.split('\r\n\r\n');
    const [statusLine = '', ...lines] = head.split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const body = after.join('\r\n\r\n').slice(0, Number(headers['content-length'] ?? 0));
    responses.push({ status: Number(statusLine.split(' ')[1]), headers, body });
    rest = after.join('\r\n\r\n').slice(body.length);
  }
  return responses;
}
