/** How does a request leave the phone, and what can come back? One wrapper; the page and the service worker use it. */
import type { Problem } from './types';

export interface Answered<Body> {
  readonly kind: 'answered';
  readonly body: Body;
  readonly headers: Headers;
  readonly status: number;
}

/** The server said no, in words we know by their code. */
export interface Refused {
  readonly kind: 'refused';
  readonly status: number;
  readonly problem: Problem;
}

/** Nothing came back: no network, a dead server, a gateway's page, or too slow. */
export interface Unreached {
  readonly kind: 'unreached';
}

export type Reply<Body> = Answered<Body> | Refused | Unreached;

/** A phone in a cellar waits no longer; the next try comes by itself. */
const TIMEOUT_MS = 60_000;

export interface Ask {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'HEAD' | 'PUT';
  readonly path: string;
  readonly json?: unknown;
  readonly bytes?: ArrayBuffer;
  readonly headers?: Readonly<Record<string, string>>;
}

function problemOf(status: number, text: string): Problem {
  const nothing: Problem = { type: 'about:blank', code: `http.${String(status)}`, title: '', status, data: {} };
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null ? { ...nothing, ...read, status } : nothing;
  } catch {
    // A proxy's HTML page is an answer too, only not one of ours.
    return nothing;
  }
}

/** Sends a request with the session's cookie. Never throws for the network. */
export async function ask<Body = unknown>({ method, path, json, bytes, headers = {} }: Ask): Promise<Reply<Body>> {
  const body = json === undefined ? bytes : JSON.stringify(json);
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      headers: { 'X-Rounds': '1', ...(json === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body }),
    });
    text = await response.text();
  } catch {
    // fetch rejects for one reason only that we can act on: nothing came back.
    return { kind: 'unreached' };
  }
  if (!response.ok) return { kind: 'refused', status: response.status, problem: problemOf(response.status, text) };
  const isJson = (response.headers.get('Content-Type') ?? '').includes('json');
  // The shape is the server's promise (openapi); one place trusts it.
  return { kind: 'answered', body: (isJson && text !== '' ? JSON.parse(text) : undefined) as Body, headers: response.headers, status: response.status };
}
