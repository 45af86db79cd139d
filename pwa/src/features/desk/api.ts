/** What does the desk ask of the server? */
import { ask, type Reply } from '@/api/http';
import type { CallRecord } from '@/api/types';
import type { components } from '@/api/schema';

type Schemas = components['schemas'];

export type QueueRow = Schemas['QueueRow'];
export type QueuePage = Schemas['QueuePage'];
export type NextCase = Schemas['NextCase'];
export type CallSaved = Schemas['CallSaved'];

export type EvidenceList = Schemas['EvidenceList'];
export type EvidenceView = Schemas['EvidenceView'];

export function getQueue(): Promise<Reply<QueuePage>> {
  return ask({ method: 'GET', path: '/v1/queue' });
}

/** The next case; `passed` were looked at and left. */
export function takeNext(passed: readonly string[]): Promise<Reply<NextCase>> {
  return ask({ method: 'POST', path: '/v1/queue/next', json: { passed } });
}

/** The photos of a case with what is known about each, the newest first. */
export function getEvidence(caseId: string): Promise<Reply<EvidenceList>> {
  return ask({ method: 'GET', path: `/v1/evidence?case_id=${encodeURIComponent(caseId)}` });
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
