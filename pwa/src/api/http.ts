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

/** What the lock of this phone opened: the server lets nothing be read without it. Only here, never stored. */
let opening: string | undefined;
let tellLocked: () => void = () => undefined;
type SecondStep = 'identity.code_owed' | 'identity.factor_owed';
let tellOwed: (what: SecondStep) => void = () => undefined;

export function holdOpening(secret: string | undefined): void {
  opening = secret;
}

/** What lets a phone that is out of service bring its photos, and nothing else. */
let leaving: string | undefined;

export function holdLeaving(grant: string | undefined): void {
  leaving = grant;
}

export function hasOpening(): boolean {
  return opening !== undefined;
}

/** Calls this whenever the server says that it must be shown the PIN or passkey again. */
export function whenLocked(listener: () => void): void {
  tellLocked = listener;
}

/** Calls this whenever the server wants a second step before it gives anything. */
export function whenOwed(listener: (what: SecondStep) => void): void {
  tellOwed = listener;
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

/** Sends a request and reads what came back with `read`; undefined when nothing did. */
async function send<Content>({ method, path, json, bytes, headers = {} }: Ask, read: (response: Response) => Promise<Content>): Promise<[Response, Content] | undefined> {
  const body = json === undefined ? bytes : JSON.stringify(json);
  try {
    const response = await fetch(path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      headers: {
        'X-Rounds': '1', ...(leaving === undefined || !path.startsWith('/v1/uploads') ? {} : { 'X-Rounds-Left': leaving }),
        ...(opening === undefined ? {} : { 'X-Rounds-Open': opening }),
        ...(json === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers,
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body }),
    });
    return [response, await read(response)];
  } catch {
    // fetch rejects for one reason only that we can act on: nothing came back.
    return undefined;
  }
}

function refused(status: number, text: string): Refused {
  const problem = problemOf(status, text);
  if (problem.code === 'device.locked') tellLocked();
  if (problem.code === 'identity.code_owed' || problem.code === 'identity.factor_owed') tellOwed(problem.code);
  return { kind: 'refused', status, problem };
}

/** Asks for bytes that a screen shows: an `img` of its own could not say what the lock opened. */
export async function askBlob(path: string): Promise<Reply<Blob>> {
  const came = await send({ method: 'GET', path }, (response) => response.blob());
  if (came === undefined) return { kind: 'unreached' };
  const [response, body] = came;
  if (!response.ok) return refused(response.status, await body.text());
  return { kind: 'answered', body, headers: response.headers, status: response.status };
}

/** Sends a request with the session's cookie. Never throws for the network. */
export async function ask<Body = unknown>(wanted: Ask): Promise<Reply<Body>> {
  const came = await send(wanted, (response) => response.text());
  if (came === undefined) return { kind: 'unreached' };
  const [response, text] = came;
  if (!response.ok) return refused(response.status, text);
  const isJson = (response.headers.get('Content-Type') ?? '').includes('json');
  // The shape is the server's promise (openapi); one place trusts it.
  return { kind: 'answered', body: (isJson && text !== '' ? JSON.parse(text) : undefined) as Body, headers: response.headers, status: response.status };
}
