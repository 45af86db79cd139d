/** The network as the tests of `sync` see it: a small server behind `fetch`, the one true port of the phone. */
import type { Answer, Mutation, PullAnswer, PushRequest } from '@/api/types';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string | ArrayBuffer | null;
}

export interface Stage {
  /** Cuts the network: before a request arrives, or after it was heard (the answer is lost). */
  cut: 'none' | 'before' | 'after';
  signedOut: boolean;
  /** The device was revoked or is somebody else's. */
  revoked: boolean;
  refuse: (mutation: Mutation) => string | undefined;
  readonly asked: Asked[];
  readonly facts: Map<string, Mutation>;
  readonly files: Map<string, Uint8Array>;
  pages: (PullAnswer | 'gone')[];
  /** How many bytes of a chunk arrive before the line breaks; undefined: all. */
  breakAfterBytes: number | undefined;
}

const uploads = new Map<string, { sha256: string; length: number; bytes: Uint8Array }>();

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' } });
}

function problem(code: string, status: number): Response {
  return json({ type: `urn:rounds:problem:${code}`, code, title: '', status, data: {} }, status);
}

function push(stage: Stage, request: PushRequest): Response {
  const answers = request.mutations.map((mutation): Answer => {
    const code = stage.refuse(mutation);
    const known = stage.facts.has(mutation.id);
    if (code === undefined && !known) stage.facts.set(mutation.id, mutation);
    return { id: mutation.id, status: code === undefined ? 'accepted' : 'refused', code: code ?? null, detail: {}, is_replay: known };
  });
  const signed = answers.map((answer) => `${answer.id} ${answer.status}`).join('\n');
  return json({ received_at: '2026-11-24T10:00:00Z', answers, receipt: { key_id: 'unknown', signed, signature: 'AAAA' } });
}

function upload(stage: Stage, asked: Asked): Response {
  if (asked.method === 'POST') {
    const sha256 = atob((asked.headers.get('Upload-Metadata') ?? '').replace(/^sha256 /, '').split(',')[0] ?? '');
    const length = Number(asked.headers.get('Upload-Length'));
    const stored = stage.files.get(sha256);
    const id = String(uploads.size + 1);
    uploads.set(id, { sha256, length, bytes: stored ?? new Uint8Array() });
    return new Response(null, { status: 201, headers: { Location: `/v1/uploads/${id}`, 'Upload-Offset': String(stored?.length ?? 0) } });
  }
  const found = uploads.get(asked.path.split('/').at(-1) ?? '');
  if (found === undefined) return problem('not_found', 404);
  if (asked.method === 'HEAD') return new Response(null, { headers: { 'Upload-Offset': String(found.bytes.length) } });
  if (Number(asked.headers.get('Upload-Offset')) !== found.bytes.length) return problem('conflict', 409);
  const chunk = new Uint8Array(asked.body as ArrayBuffer).slice(0, stage.breakAfterBytes);
  found.bytes = Uint8Array.from([...found.bytes, ...chunk]);
  if (stage.breakAfterBytes !== undefined) throw new TypeError('the line broke');
  if (found.bytes.length === found.length) stage.files.set(found.sha256, found.bytes);
  return new Response(null, { status: 204, headers: { 'Upload-Offset': String(found.bytes.length) } });
}

function answer(stage: Stage, asked: Asked): Response {
  if (stage.signedOut) return problem('identity.not_signed_in', 401);
  if (stage.revoked) return problem('sync.not_your_device', 403);
  if (asked.path === '/v1/sync/push') return push(stage, JSON.parse(asked.body as string) as PushRequest);
  if (asked.path.startsWith('/v1/uploads')) return upload(stage, asked);
  if (asked.path === '/v1/sync/keys') return json({ keys: [] });
  const page = stage.pages.shift();
  if (page === 'gone') return problem('sync.cursor_too_old', 410);
  return json(page ?? { cursor: 'c', more: false, is_held_back: false, is_prime: false, server_time: '2026-11-24T10:00:00Z', cases: [], gone: [], plan: null, notices: [] });
}

/** Puts the stage behind `fetch`. */
export function openStage(): Stage {
  const stage: Stage = {
    cut: 'none', signedOut: false, revoked: false, refuse: () => undefined, asked: [], facts: new Map(), files: new Map(), pages: [], breakAfterBytes: undefined,
  };
  globalThis.fetch = (input, init) => {
    const asked: Asked = {
      method: init?.method ?? 'GET', path: String(input), headers: new Headers(init?.headers),
      body: (init?.body ?? null) as string | ArrayBuffer | null,
    };
    if (stage.cut === 'before') return Promise.reject(new TypeError('no network'));
    stage.asked.push(asked);
    try {
      const response = answer(stage, asked);
      return stage.cut === 'after' ? Promise.reject(new TypeError('the answer was lost')) : Promise.resolve(response);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  };
  return stage;
}
