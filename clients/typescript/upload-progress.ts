/** Called with the bytes of a request's body that were sent, and all of them. */
export type OnProgress = (sentBytes: number, totalBytes: number) => void;

interface Post {
  url: string;
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal;
}

/** The part of a browser's XMLHttpRequest that is used; other platforms have none. */
interface RequestWithProgress {
  upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null };
  onload: (() => void) | null;
  onerror: (() => void) | null;
  readonly status: number;
  readonly responseText: string;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  send(body: string): void;
  abort(): void;
}

interface Platform {
  XMLHttpRequest?: new () => RequestWithProgress;
}

/**
 * Returns a POST that reports its progress; undefined where the platform has none. `fetch` does not tell how much of a body
 * was sent. Rejects with a TypeError as `fetch` does, or with the signal's reason.
 */
export function findPostWithProgress(onProgress: OnProgress | undefined) {
  const { XMLHttpRequest } = globalThis as Platform;
  if (!onProgress || !XMLHttpRequest) return undefined;
  return ({ url, headers, body, signal }: Post) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const request = new XMLHttpRequest();
      const abort = () => {
        request.abort();
        reject(signal.reason);
      };
      const settle = (run: () => void) => () => {
        signal.removeEventListener('abort', abort);
        run();
      };
      request.open('POST', url);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.upload.onprogress = ({ loaded, total }) => onProgress(loaded, total);
      request.onload = settle(() => resolve({ status: request.status, body: request.responseText }));
      request.onerror = settle(() => reject(new TypeError('The request failed.')));
      signal.addEventListener('abort', abort, { once: true });
      request.send(body);
    });
}
