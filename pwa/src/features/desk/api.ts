/** What does the desk ask of the server? */
import { ask, type Reply } from '@/api/http';
import type { components } from '@/api/schema';

type Schemas = components['schemas'];

export type QueueRow = Schemas['QueueRow'];
export type QueuePage = Schemas['QueuePage'];
export type NextCase = Schemas['NextCase'];
export type DeskCall = Schemas['DeskCall'];
export type CallSaved = Schemas['CallSaved'];
export type ContactVerdict = Schemas['ContactVerdict'];
export type ContactVerdicts = Schemas['ContactVerdicts'];
export type Dialled = Schemas['Dialled'];
export type RuleText = Schemas['RuleText'];

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

export function logCall(record: DeskCall): Promise<Reply<CallSaved>> {
  return ask({ method: 'POST', path: `/v1/cases/${record.case_id}/calls`, json: record });
}

export function takeBack(callId: string): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/calls/${callId}/withdraw` });
}

/** Asks the gate for a verdict on this call and for the permit to make it; the number only where it may be called. */
export function dial(caseId: string, contactPointId: string, permitId: string): Promise<Reply<Dialled>> {
  return ask({ method: 'POST', path: `/v1/cases/${caseId}/dial`, json: { contact_point_id: contactPointId, permit_id: permitId } });
}

/** The call is not made: others may have the permit. */
export function giveBack(permitId: string): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/permits/${permitId}/return` });
}

/** What the gate says of each number of a case just now; nothing is kept. */
export function lookAhead(caseId: string): Promise<Reply<ContactVerdicts>> {
  return ask({ method: 'GET', path: `/v1/cases/${caseId}/verdicts?channel=call` });
}
