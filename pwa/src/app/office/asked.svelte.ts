/** What did the server answer, and is it still true? Screens at desks are online: they ask the server directly. */
import { untrack } from 'svelte';

import type { Reply } from '@/api/http';
import { listen, type LiveKind } from '@/api/office/stream';

import { go } from '../router.svelte';

export interface Asked<Body> {
  /** The last answer; undefined until the first one, and when another question is asked. */
  readonly body: Body | undefined;
  /** The code of what went wrong with the newest question. */
  readonly problem: string | undefined;
  readonly isWaiting: boolean;
  readonly again: () => Promise<void>;
}

export function problemOf(reply: Reply<unknown>): string | undefined {
  if (reply.kind === 'answered') return undefined;
  return reply.kind === 'unreached' ? 'offline' : reply.problem.code;
}

interface State<Body> {
  readonly body: Body | undefined;
  readonly problem: string | undefined;
  readonly isWaiting: boolean;
}

/**
 * The answer to a question, asked again when one of the kinds `on` is heard. `about` says what it is about; it runs
 * where signals are followed and may return undefined: nothing to ask. Call it while a component is being made.
 *
 * Another question is one about something of other content: an object that came anew and says the same is the same.
 */
export function asked<Body, About>(about: () => About | undefined, ask: (about: About) => Promise<Reply<Body>>, on: readonly LiveKind[] = []): Asked<Body> {
  let state = $state.raw<State<Body>>({ body: undefined, problem: undefined, isWaiting: true });
  let question: (() => Promise<Reply<Body>>) | undefined;
  const wanted = $derived.by(() => {
    const it = about();
    return it === undefined ? undefined : JSON.stringify(it);
  });
  let round = 0;

  async function run(): Promise<void> {
    round += 1;
    const mine = round;
    if (question === undefined) {
      state = { body: undefined, problem: undefined, isWaiting: false };
      return;
    }
    state = { ...state, isWaiting: true };
    const reply = await question();
    // An answer that comes after a later question is of no use any more.
    if (mine !== round) return;
    // Nothing waits unsent at a desk: when the session has ended, the way on is to sign in.
    if (problemOf(reply) === 'identity.not_signed_in') go('/login', { replace: true });
    state = { body: reply.kind === 'answered' ? reply.body : state.body, problem: problemOf(reply), isWaiting: false };
  }

  const start = (): void => { run().catch((error: unknown) => { reportError(error); }); };

  $effect(() => {
    const text = wanted;
    untrack(() => {
      const it = text === undefined ? undefined : about();
      question = it === undefined ? undefined : () => ask(it);
      state = { ...state, body: undefined };
      start();
    });
  });
  $effect(() => {
    if (on.length === 0) return undefined;
    return listen((kinds) => { if (kinds.has('resync') || on.some((kind) => kinds.has(kind))) start(); });
  });

  return {
    get body() {
      return state.body;
    },
    get problem() {
      return state.problem;
    },
    get isWaiting() {
      return state.isWaiting;
    },
    again: run,
  };
}
