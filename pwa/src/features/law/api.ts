/** What do the pages of the law ask of the server? */
import { ask, type Reply } from '@/api/http';
import { query } from '@/api/office/cases';
import type { components } from '@/api/schema';

type Schemas = components['schemas'];

export type ExceptionRow = Schemas['ExceptionRow'];
export type Exceptions = Schemas['Exceptions'];
export type ExceptionFile = Schemas['ExceptionFile'];
export type VerdictFile = Schemas['VerdictFile'];
export type RuleWords = Schemas['RuleWords'];
export type StopLine = Schemas['StopRow'];
export type PackView = Schemas['PackView'];
export type PlaceView = Schemas['PlaceView'];
export type LawView = Schemas['LawView'];
export type ObligationView = Schemas['ObligationView'];
export type ObligationList = Schemas['ObligationList'];
export type LimitationFile = Schemas['LimitationFile'];
export type ClockView = Schemas['ClockView'];
export type Ruling = Schemas['Ruling'];
export type FactWish = Schemas['FactWish'];
export type ActKind = Schemas['FactKind'];
export type ActProof = Schemas['Proof'];
export type ProofSource = Schemas['ProofSource'];

export interface ExceptionWish {
  readonly standing?: string | undefined;
  readonly sort?: string | undefined;
  readonly rule?: string | undefined;
}

export function listExceptions(wish: ExceptionWish): Promise<Reply<Exceptions>> {
  return ask({ method: 'GET', path: `/v1/law/exceptions${query({ ...wish })}` });
}

export function openException(id: string): Promise<Reply<ExceptionFile>> {
  return ask({ method: 'GET', path: `/v1/law/exceptions/${id}` });
}

/** A contact and a note wait in two places for the same two words. */
export function decide(row: ExceptionRow, ruling: Ruling, reason: string): Promise<Reply<unknown>> {
  const path = row.sort === 'note' ? `/v1/law/notes/${row.id}/decide` : `/v1/exceptions/${row.id}/decide`;
  return ask({ method: 'POST', path, json: { ruling, reason } });
}

export function listStops(kind: string | undefined): Promise<Reply<Schemas['StopList']>> {
  return ask({ method: 'GET', path: `/v1/law/stops${query({ kind })}` });
}

/** A freeze of everything around a case, from now on until somebody closes it. */
export function freeze(id: string, caseId: string, reason: string): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/cases/${caseId}/stops`, json: { id, status: { kind: 'freeze' }, person: null, reason } });
}

export function closeStop(id: string, reason: string): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/stops/${id}/close`, json: { reason, at: null } });
}

export function readLaw(): Promise<Reply<LawView>> {
  return ask({ method: 'GET', path: '/v1/law' });
}

export function listObligations(wish: { readonly first: string; readonly before: string; readonly kind?: string | undefined }): Promise<Reply<ObligationList>> {
  return ask({ method: 'GET', path: `/v1/law/limitation${query({ ...wish })}` });
}

export function limitationOf(caseId: string): Promise<Reply<LimitationFile>> {
  return ask({ method: 'GET', path: `/v1/cases/${caseId}/limitation` });
}

export function readVerdict(id: string): Promise<Reply<VerdictFile>> {
  return ask({ method: 'GET', path: `/v1/law/verdicts/${id}` });
}

export function recordFact(caseId: string, wish: FactWish): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/cases/${caseId}/limitation-facts`, json: wish });
}
