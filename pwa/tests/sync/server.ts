/** The network as the tests of `sync` see it: a small server behind `fetch`, the one true port of the phone. */
import type { Act, Answer, Mutation, PullAnswer, PushRequest } from '@/api/types';
import type { SealedHeader } from '@/store/schema';

import { box, openedPhoto, openedRequest } from './opening';

/** An item after the server has opened its body. */
export type Fact = Act & Omit<Mutation, 'kind' | 'body'>;

/** The device that the tests' envelopes are bound to. */
export const DEVICE = '01936e00-0000-7000-8000-00000000d001';

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
  /** The device was revoked and has no session any more; it may only leave what it has. */
  outOfService: boolean;
  refuse: (mutation: Fact) => string | undefined;
  readonly asked: Asked[];
  readonly facts: Map<string, Fact>;
  readonly files: Map<string, Uint8Array>;
  pages: (PullAnswer | 'gone')[];
  /** What the lender wishes, told with every page that a test does not give. */
  originals: PullAnswer['originals'];
  /** Originals that a phone has given up, and why. */
  readonly givenUp: { readonly evidence_ids: readonly string[]; readonly reason: string }[];
  /** How many bytes of a chunk arrive before the line breaks; undefined: all. */
  breakAfterBytes: number | undefined;
  /** Hashes that no record of a device out of service names. */
  readonly unnamed: Set<string>;
}

interface Upload {
  readonly sha256: string;
  readonly length: number;
  readonly header: SealedHeader | undefined;
  bytes: Uint8Array;
}

const uploads = new Map<string, Upload>();

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' } });
}

function problem(code: string, status: number): Response {
  return json({ type: `urn:rounds:problem:${code}`, code, title: '', status, data: {} }, status);
}

async function push(stage: Stage, request: PushRequest): Promise<Response> {
  // Opened: what is left has the body that belongs to its kind.
  const opened = (await openedRequest(request)).mutations as readonly Fact[];
  const answers = opened.map((mutation): Answer => {
    const code = stage.refuse(mutation);
    const known = stage.facts.has(mutation.id);
    if (code === undefined && !known) stage.facts.set(mutation.id, mutation);
    return { id: mutation.id, status: code === undefined ? 'accepted' : 'refused', code: code ?? null, detail: {}, is_replay: known };
  });
  const signed = answers.map((answer) => `${answer.id} ${answer.status}`).join('\n');
  return json({ received_at: '2026-11-24T10:00:00Z', answers, receipt: { key_id: 'unknown', signed, signature: 'AAAA' } });
}

/** The values of Upload-Metadata by name. */
function told(asked: Asked): Map<string, string> {
  const pairs = (asked.headers.get('Upload-Metadata') ?? '').split(',').map((pair) => pair.split(' '));
  return new Map(pairs.map(([name = '', value = '']) => [name, atob(value)]));
}

async function upload(stage: Stage, asked: Asked): Promise<Response> {
  if (asked.method === 'POST') {
    const metadata = told(asked);
    const [sha256 = '', sealed] = [metadata.get('sha256'), metadata.get('sealed')];
    const length = Number(asked.headers.get('Upload-Length'));
    const isStored = stage.files.has(sha256);
    const id = String(uploads.size + 1);
    uploads.set(id, { sha256, length, header: sealed === undefined ? undefined : (JSON.parse(sealed) as SealedHeader), bytes: new Uint8Array() });
    return new Response(null, { status: 201, headers: { Location: `/v1/uploads/${id}`, 'Upload-Offset': String(isStored ? length : 0) } });
  }
  const found = uploads.get(asked.path.split('/').at(-1) ?? '');
  if (found === undefined) return problem('not_found', 404);
  if (asked.method === 'HEAD') return new Response(null, { headers: { 'Upload-Offset': String(found.bytes.length) } });
  if (Number(asked.headers.get('Upload-Offset')) !== found.bytes.length) return problem('conflict', 409);
  const chunk = new Uint8Array(asked.body as ArrayBuffer).slice(0, stage.breakAfterBytes);
  found.bytes = Uint8Array.from([...found.bytes, ...chunk]);
  if (stage.breakAfterBytes !== undefined) throw new TypeError('the line broke');
  if (found.bytes.length === found.length) {
    stage.files.set(found.sha256, found.header === undefined ? found.bytes : await openedPhoto(found.header, found.sha256, found.bytes));
  }
  return new Response(null, { status: 204, headers: { 'Upload-Offset': String(found.bytes.length) } });
}

/** Files that no record names are not taken from a device out of service. */
async function leftFile(stage: Stage, asked: Asked): Promise<Response> {
  const isUnnamed = asked.method === 'POST' && asked.path === '/v1/uploads' && stage.unnamed.has(told(asked).get('sha256') ?? '');
  return isUnnamed ? problem('evidence.not_named', 403) : await upload(stage, asked);
}

/** As the server answers a device that it has taken out of service: everything is kept for the lead. */
async function leftBehind(stage: Stage, asked: Asked): Promise<Response> {
  if (asked.path.endsWith('/challenge')) return json({ nonce: 'n'.repeat(32) }, 201);
  if (asked.path === '/v1/sync/left-behind/grant') return json({ grant: 'g'.repeat(43), expires_at: '2026-11-24T10:15:00Z' }, 201);
  if (asked.path.startsWith('/v1/uploads') && asked.headers.get('X-Rounds-Left') === 'g'.repeat(43)) return await leftFile(stage, asked);
  if (asked.path !== '/v1/sync/left-behind') return problem('identity.not_signed_in', 401);
  const { batch } = JSON.parse(asked.body as string) as { batch: PushRequest };
  for (const mutation of (await openedRequest(batch)).mutations as readonly Fact[]) stage.facts.set(mutation.id, mutation);
  const answers = batch.mutations.map(({ id }): Answer => ({ id, status: 'refused', code: 'sync.left_behind', detail: {}, is_replay: false }));
  const signed = answers.map(({ id }) => id).join('\n');
  return json({ received_at: '2026-11-24T10:00:00Z', answers, receipt: { key_id: 'unknown', signed, signature: 'AAAA' } });
}

async function answer(stage: Stage, asked: Asked): Promise<Response> {
  if (stage.outOfService) return await leftBehind(stage, asked);
  if (stage.signedOut && !asked.path.endsWith('/challenge')) return problem('identity.not_signed_in', 401);
  if (stage.revoked) return problem('sync.not_your_device', 403);
  if (asked.path === '/v1/sync/push') return await push(stage, JSON.parse(asked.body as string) as PushRequest);
  if (asked.path === '/v1/uploads/given-up') {
    stage.givenUp.push(JSON.parse(asked.body as string) as Stage['givenUp'][number]);
    return new Response(null, { status: 204 });
  }
  if (asked.path.startsWith('/v1/uploads')) return await upload(stage, asked);
  if (asked.path === '/v1/sync/keys') return json({ keys: [], box_keys: [box] });
  const page = stage.pages.shift();
  if (page === 'gone') return problem('sync.cursor_too_old', 410);
  return json(page ?? { cursor: 'c', more: false, is_held_back: false, is_prime: false, server_time: '2026-11-24T10:00:00Z', cases: [], gone: [], plan: null, notices: [], originals: stage.originals });
}

/** Puts the stage behind `fetch`. */
export function openStage(): Stage {
  const stage: Stage = {
    cut: 'none', signedOut: false, revoked: false, outOfService: false, refuse: () => undefined, asked: [], facts: new Map(), files: new Map(), pages: [], originals: 'wifi', givenUp: [], breakAfterBytes: undefined, unnamed: new Set(),
  };
  globalThis.fetch = async (input, init) => {
    const asked: Asked = {
      method: init?.method ?? 'GET', path: String(input), headers: new Headers(init?.headers),
      body: (init?.body ?? null) as string | ArrayBuffer | null,
    };
    if (stage.cut === 'before') throw new TypeError('no network');
    stage.asked.push(asked);
    const response = await answer(stage, asked);
    if (stage.cut === 'after') throw new TypeError('the answer was lost');
    return response;
  };
  return stage;
}
