/**
 * What does a result ask for, and is it all there? Shared by visit and call.
 *
 * Kept as typed (text), because it is a draft: what is half typed must survive a killed tab as well.
 */
import * as v from 'valibot';

import type { PromiseMade } from '@/api/types';
import { readAmount } from '@/lib/money';
import { partiesFor, resultOf, type Channel, type Met, type Result } from '@/rules/codes';
import { promiseFault, TOLERANCE_DAYS, type PromiseFault } from '@/rules/promise';

export const outcomeSchema = v.object({
  met: v.nullable(v.picklist(['client', 'third', 'nobody', 'door'])),
  result: v.nullable(v.string()),
  party: v.nullable(v.string()),
  amount: v.string(),
  due_on: v.string(),
  paid: v.string(),
  note: v.string(),
  next_step: v.nullable(v.string()),
  next_on: v.string(),
});

export type Outcome = v.InferOutput<typeof outcomeSchema>;

export const NO_OUTCOME: Outcome = {
  met: null, result: null, party: null, amount: '', due_on: '', paid: '', note: '', next_step: null, next_on: '',
};

/** Choosing whom one met takes back a result that does not go with it. */
export function withMet(outcome: Outcome, met: Met): Outcome {
  return outcome.met === met ? outcome : { ...NO_OUTCOME, note: outcome.note, met };
}

/** Choosing a result suggests who it was and what comes next. */
export function withResult(outcome: Outcome, result: Result): Outcome {
  const party = partiesFor(result, outcome.met ?? 'nobody', new Set())[0] ?? result.parties[0] ?? null;
  return { ...outcome, result: result.code, party, next_step: result.next_step };
}

export interface Money {
  readonly currency: string;
  readonly balanceMinor: number;
  /** The local day of the client. */
  readonly today: string;
}

export type Fault = { readonly field: 'promise'; readonly fault: PromiseFault } | { readonly field: 'paid' | 'note' | 'next_on' | 'party' | 'result' };

/** The first thing that still has to be asked, or undefined when all is there. */
export function outcomeFault(outcome: Outcome, channel: Channel, { currency, balanceMinor, today }: Money): Fault | undefined {
  const result = resultOf(channel, outcome.result ?? '');
  if (result === undefined) return { field: 'result' };
  if (outcome.party === null || !result.parties.includes(outcome.party)) return { field: 'party' };
  if (result.needs.includes('promise')) {
    const fault = promiseFault({ amount_minor: readAmount(outcome.amount, currency), due_on: outcome.due_on }, { today, balanceMinor });
    if (fault !== undefined) return { field: 'promise', fault };
  }
  if (result.needs.includes('amount') && readAmount(outcome.paid, currency) === undefined) return { field: 'paid' };
  if (result.needs.includes('note') && outcome.note.trim() === '') return { field: 'note' };
  if (result.needs.includes('next_on') && outcome.next_on === '') return { field: 'next_on' };
  return undefined;
}

/** What a finished outcome puts into the record. Call only when there is no fault. */
export interface Told {
  readonly result: string;
  readonly party: string;
  readonly paid_minor: number | null;
  readonly promise: PromiseMade | null;
  readonly note: string;
  readonly next_step: string | null;
  readonly next_on: string | null;
}

export function told(outcome: Outcome, channel: Channel, { currency, promiseId }: { currency: string; promiseId: string }): Told {
  const result = resultOf(channel, outcome.result ?? '');
  if (result === undefined || outcome.party === null) throw new Error('an outcome with a fault cannot be told');
  const amount = readAmount(outcome.amount, currency);
  const hasPromise = result.needs.includes('promise') && amount !== undefined;
  return {
    result: result.code,
    party: outcome.party,
    paid_minor: result.needs.includes('amount') ? (readAmount(outcome.paid, currency) ?? null) : null,
    promise: hasPromise ? { id: promiseId, amount_minor: amount, currency, due_on: outcome.due_on, tolerance_days: TOLERANCE_DAYS } : null,
    note: outcome.note.trim(),
    next_step: outcome.next_step,
    next_on: outcome.next_on === '' ? null : outcome.next_on,
  };
}
