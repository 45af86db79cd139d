/** What does the desk ask of the server? */
import { ask, type Reply } from '@/api/http';
import type { CaseRow } from '@/api/office/cases';
import type { CallRecord } from '@/api/types';

export interface QueueRow {
  readonly case: CaseRow;
  readonly blocked: 'leased' | 'cooling' | 'promise_waiting' | 'state' | null;
  readonly opens_at: string | null;
  readonly leased_to: string | null;
  readonly is_mine: boolean;
}

export interface QueuePage {
  readonly rows: readonly QueueRow[];
  readonly waiting: number;
}

export interface NextCase {
  readonly case_id: string | null;
  readonly leased_until: string | null;
}

export interface CallSaved {
  readonly id: string;
  readonly recorded_at: string;
  readonly undo_until: string;
}

export function getQueue(): Promise<Reply<QueuePage>> {
  return ask({ method: 'GET', path: '/v1/queue' });
}

/** The next case; `passed` were looked at and left. */
export function takeNext(passed: readonly string[]): Promise<Reply<NextCase>> {
  return ask({ method: 'POST', path: '/v1/queue/next', json: { passed } });
}

export function logCall(record: CallRecord): Promise<Reply<CallSaved>> {
  return ask({ method: 'POST', path: `/v1/cases/${record.case_id}/calls`, json: record });
}

export function takeBack(callId: string): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/calls/${callId}/withdraw` });
}

export function reveal(caseId: string, contactPointId: string): Promise<Reply<{ readonly value: string }>> {
  return ask({ method: 'POST', path: `/v1/cases/${caseId}/reveal`, json: { contact_point_id: contactPointId, reason: 'call_now' } });
}
