/** Which results, persons, next steps and reasons are there, and what do they ask for? The server's lists, as data. */
import codes from '../../../openapi/codes.json';

export interface Word {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

export interface Result extends Word {
  readonly flags: string;
  readonly outcome: string;
  readonly parties: readonly string[];
  readonly needs: readonly string[];
  readonly is_main: boolean;
  readonly next_step: string | null;
}

export type Channel = 'visit' | 'call';

const RESULTS: Readonly<Record<Channel, readonly Result[]>> = { visit: codes.visit, call: codes.call };
export const PARTIES: readonly Word[] = codes.parties;
export const NEXT_STEPS: readonly Word[] = codes.next_steps;
export const REVEAL_REASONS: readonly Word[] = codes.reveal_reasons;
export const SKIP_REASONS: readonly Word[] = codes.skip_reasons;
export const OUTSIDE_REASONS: readonly Word[] = codes.outside_reasons;

/** On the phone at most so many big choices; the others are under "more". */
const BIG_MAX = 8;

export function resultOf(channel: Channel, code: string): Result | undefined {
  return RESULTS[channel].find((result) => result.code === code);
}

/** What a code is called; a code that this version does not know is shown as it is rather than hidden. */
export function wordFor(words: readonly Word[], code: string, lang: string): string {
  const word = words.find((one) => one.code === code);
  return word === undefined ? code : lang === 'en' ? word.en : word.zh;
}

export function resultWord(channel: Channel, code: string, lang: string): string {
  return wordFor(RESULTS[channel], code, lang);
}

/** Whether talk with the client has to stop after this result. */
export function stopsContact(result: Result): boolean {
  return result.flags.includes('S');
}

/**
 * Whom one met at the door or on the line. `door`: nobody, because the door could not be reached.
 */
export type Met = 'client' | 'third' | 'nobody' | 'door';

/** What stands between the street and the door, or tells that this is not the door. */
const DOOR_RESULTS: ReadonlySet<string> = new Set([
  'ACCESS_DENIED', 'ADDRESS_NOT_FOUND', 'ADDRESS_WRONG', 'ADDRESS_DEMOLISHED', 'UNSAFE', 'POLICY_HOURS',
]);
/** Owe it too, where the case has them. */
const LIABLE: ReadonlySet<string> = new Set(['co_borrower', 'guarantor']);
const THIRD: ReadonlySet<string> = new Set(['spouse', 'relative', 'employer', 'neighbour', 'lawyer', 'unknown']);

function goesWith(result: Result, met: Met): boolean {
  const isOfDoor = DOOR_RESULTS.has(result.code);
  switch (met) {
    case 'client': return result.parties.includes('obligor') && !isOfDoor;
    case 'third': return result.parties.some((party) => THIRD.has(party)) && !isOfDoor;
    case 'nobody': return result.parties.includes('nobody') && !isOfDoor;
    case 'door': return isOfDoor;
  }
}

export interface Offered {
  readonly main: readonly Result[];
  readonly more: readonly Result[];
}

/** The results that go with whom one met: the usual ones big, all others behind "more". */
export function offered(channel: Channel, met: Met): Offered {
  const fitting = RESULTS[channel].filter((result) => goesWith(result, met) && !result.code.startsWith('SKIPPED'));
  const usual = fitting.filter((result) => result.is_main);
  const main = (usual.length > 0 ? usual : fitting).slice(0, BIG_MAX);
  return { main, more: fitting.filter((result) => !main.includes(result)) };
}

/** Who it can have been, for a result and whom one met; the first is suggested. `roles` are those of the case's people. */
export function partiesFor(result: Result, met: Met, roles: ReadonlySet<string>): readonly string[] {
  switch (met) {
    case 'client': return result.parties.filter((party) => party === 'obligor' || (LIABLE.has(party) && roles.has(party)));
    case 'third': return result.parties.filter((party) => THIRD.has(party));
    case 'nobody': return result.parties.filter((party) => party === 'nobody' || party === 'machine');
    case 'door': return result.parties.includes('nobody') ? ['nobody'] : result.parties.slice(0, 1);
  }
}
