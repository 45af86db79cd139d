/**
 * The ports of a phone that fails, by a seed: its network, its locks, its storage. Everything between them is the app's
 * own code.
 *
 * A life is one run of the app. When it is killed, whatever it still waits for never comes: its requests stay open for
 * ever and its writes are refused, as when the browser is gone.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';

/** How often each thing goes wrong, as shares of one. */
export interface Weather {
  readonly lostBefore: number;
  readonly lostAfter: number;
  readonly doubled: number;
  readonly lateMsMax: number;
  readonly quota: number;
}

export const FAIR: Weather = { lostBefore: 0, lostAfter: 0, doubled: 0, lateMsMax: 0, quota: 0 };
export const ROUGH: Weather = { lostBefore: 0.15, lostAfter: 0.15, doubled: 0.1, lateMsMax: 40, quota: 0.03 };

/** Numbers in [0, 1) by a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Life {
  isOver: boolean;
}

type Count = 'asked' | 'lostBefore' | 'lostAfter' | 'doubled' | 'killed' | 'quota' | 'signedIn' | 'tabs' | 'clock' | 'updated';

export class Ports {
  weather: Weather = FAIR;
  cookie = '';
  readonly counts: Record<Count, number> = { asked: 0, lostBefore: 0, lostAfter: 0, doubled: 0, killed: 0, quota: 0, signedIn: 0, tabs: 0, clock: 0, updated: 0 };
  readonly #lives = new AsyncLocalStorage<Life>();
  readonly #held = new Set<string>();
  #life: Life = { isOver: false };

  readonly #origin: string;
  readonly #random: () => number;

  constructor(origin: string, random: () => number) {
    this.#origin = origin;
    this.#random = random;
  }

  /** Runs something as part of the present life; what a later kill leaves of it never ends. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#lives.run(this.#life, work);
  }

  /** The browser is gone, with everything it was doing and every lock it held. */
  kill(): void {
    this.#life.isOver = true;
    this.#life = { isOver: false };
    this.#held.clear();
    this.counts.killed += 1;
  }

  /** Puts the ports in the place of the browser's. */
  install(): void {
    const realFetch = globalThis.fetch;
    globalThis.fetch = (input, init) => this.#ask(realFetch, String(input), init);
    Object.defineProperty(navigator, 'locks', { configurable: true, value: { request: this.#lock.bind(this) } });
    for (const name of ['put', 'add'] as const) {
      const proper = IDBObjectStore.prototype[name];
      const write = (store: IDBObjectStore, args: [unknown, IDBValidKey?]): IDBRequest<IDBValidKey> => {
        const request = proper.apply(store, args);
        // As a browser does it: the request fails later, and with it everything else of its transaction.
        if (this.#lives.getStore()?.isOver === true || this.#happens('quota', this.weather.quota)) store.transaction.abort();
        return request;
      };
      IDBObjectStore.prototype[name] = function refusing(this: IDBObjectStore, ...args: [unknown, IDBValidKey?]) {
        return write(this, args);
      };
    }
  }

  #happens(what: Count, share: number): boolean {
    if (share === 0 || this.#random() >= share) return false;
    this.counts[what] += 1;
    return true;
  }

  async #ask(realFetch: typeof fetch, path: string, init: RequestInit = {}): Promise<Response> {
    const life = this.#lives.getStore();
    const { weather } = this;
    this.counts.asked += 1;
    if (this.#happens('lostBefore', weather.lostBefore)) throw new TypeError('the request was lost');
    const headers = new Headers(init.headers);
    if (this.cookie !== '') headers.set('Cookie', this.cookie);
    const send = async (): Promise<Response> => {
      // Two that leave together need not arrive in that order.
      await pause(this.#random() * weather.lateMsMax);
      return await realFetch(new URL(path, this.#origin), { ...init, headers });
    };
    const twin = this.#happens('doubled', weather.doubled) ? send().then((answer) => answer.arrayBuffer()).catch(() => undefined) : undefined;
    try {
      const answer = await send();
      await twin;
      if (life?.isOver === true) return await new Promise<never>(() => undefined);
      if (this.#happens('lostAfter', weather.lostAfter)) throw new TypeError('the answer was lost');
      return answer;
    } catch (error) {
      if (life?.isOver === true) return await new Promise<never>(() => undefined);
      throw error;
    }
  }

  /** navigator.locks.request(name, {ifAvailable}, work), for the tabs and the worker of this one phone. */
  async #lock<Result>(name: string, { ifAvailable }: { ifAvailable?: boolean }, work: (lock: object | null) => Promise<Result>): Promise<Result> {
    const life = this.#life;
    while (this.#held.has(name)) {
      if (ifAvailable === true) return await work(null);
      await pause(1);
    }
    this.#held.add(name);
    try {
      return await work({ name });
    } finally {
      if (!life.isOver) this.#held.delete(name);
    }
  }
}
