/** What does a call at the desk become? Decisions beside the screen: the nine keys, the first suggestion, the record. */
import type { CallRecord, PhoneCase, PhoneContact } from '@/api/types';
import { NO_OUTCOME, told, withResult, type Outcome } from '@/app/forms/outcome';
import { addDays, nextWeekday, type Day } from '@/lib/dates';
import { decimalOf } from '@/lib/money';
import { resultOf, type Result } from '@/rules/codes';

/** The results of the keys 1 to 9, the most frequent of a desk; all others stand behind 0. */
export const NINE = [
  'RPC_PROMISE', 'RPC_ALREADY_PAID', 'RPC_PLAN_REQUEST', 'RPC_HARDSHIP', 'RPC_DISPUTE', 'RPC_REFUSED', 'RPC_CALLBACK', 'NO_ANSWER', 'WRONG_PARTY',
] as const;

const FRIDAY = 5;

/** A number that is known to lead nowhere, or to somebody else. */
export function isUnusable(contact: PhoneContact): boolean {
  return contact.status === 'wrong' || contact.status === 'dead' || contact.status === 'stopped';
}

/** The number that is tried first: the client's own, not known to be dead, allowed. */
export function firstContact(contacts: readonly PhoneContact[]): PhoneContact | undefined {
  const open = contacts.filter((one) => one.may_contact && one.kind !== 'email');
  return open.find((one) => one.party_id === null && !isUnusable(one)) ?? open.find((one) => one.party_id === null) ?? open[0];
}

/** Choosing a result fills in what is most often said: all that is overdue until Friday, a call back tomorrow. */
export function chosen(outcome: Outcome | undefined, result: Result, { whole, today }: { whole: PhoneCase; today: Day }): Outcome {
  const next = withResult({ ...NO_OUTCOME, note: outcome?.note ?? '' }, result);
  const due = Math.min(whole.overdue_minor > 0 ? whole.overdue_minor : whole.balance_minor, whole.balance_minor);
  return {
    ...next,
    amount: result.needs.includes('promise') ? decimalOf(due, whole.currency) : '',
    due_on: result.needs.includes('promise') ? nextWeekday(today, FRIDAY) : '',
    next_on: result.needs.includes('next_on') ? addDays(today, 1) : '',
  };
}

export interface Timing {
  readonly startedAt: Date | undefined;
  readonly endedAt: Date;
}

export interface Made {
  readonly id: string;
  readonly promiseId: string;
  readonly contactId: string | null;
}

/** The record of a finished outcome; without a start on the clock the call began when it was written down. */
export function recordOf(outcome: Outcome, whole: PhoneCase, { startedAt, endedAt }: Timing, { id, promiseId, contactId }: Made): CallRecord {
  return {
    id, case_id: whole.id, contact_point_id: contactId, started_at: (startedAt ?? endedAt).toISOString(), ended_at: endedAt.toISOString(), permit_id: null,
    ...told(outcome, 'call', { currency: whole.currency, promiseId }),
  };
}

export function needs(outcome: Outcome | undefined, what: string): boolean {
  return resultOf('call', outcome?.result ?? '')?.needs.includes(what) ?? false;
}

/** 0:42, 12:05, 1:02:03. */
export function sayClock(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return hours === 0 ? rest : `${String(hours)}:${rest}`;
}
