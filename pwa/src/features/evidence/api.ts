/** What does the screen of reviews ask of the server? */
import { ask, type Reply } from '@/api/http';
import { query } from '@/api/office/cases';
import type { components } from '@/api/schema';
import type { WhoAmI } from '@/api/types';

type Schemas = components['schemas'];

export type VisitLine = Schemas['VisitToReview'];
/** What a visit that is open needs; one that was drawn says no more. */
export type VisitHead = Pick<VisitLine, 'visit_id' | 'case_id' | 'case_number' | 'user_id' | 'collector' | 'started_at' | 'state'> &
  Partial<Pick<VisitLine, 'result' | 'is_inside'>>;

export type VisitPage = Schemas['VisitPage'];
export type EvidenceView = Schemas['EvidenceView'];
export type EvidenceFile = Schemas['EvidenceFile'];
export type ManifestFacts = Schemas['ManifestFacts'];
export type CustodyLine = Schemas['CustodyLine'];
export type ReviewView = Schemas['ReviewView'];
export type ReviewWish = Schemas['ReviewWish'];
export type DrawView = Schemas['DrawView'];
export type DrawWish = Schemas['DrawWish'];
export type RedactionView = Schemas['RedactionView'];
export type RedactionWish = Schemas['RedactionWish'];
export type DeletionView = Schemas['DeletionView'];
export type HoldView = Schemas['HoldView'];

export interface Wanted {
  readonly begins_at: string;
  readonly ends_at: string;
  readonly review_state?: string | undefined;
  readonly band?: string | undefined;
  readonly user_id?: string | undefined;
  readonly team_id?: string | undefined;
  readonly after?: string | undefined;
}

/** Who is signed in, with the lender that commands name. */
export function whoAmI(): Promise<Reply<WhoAmI>> {
  return ask({ method: 'GET', path: '/v1/session' });
}

export function listVisits(wanted: Wanted): Promise<Reply<VisitPage>> {
  return ask({ method: 'GET', path: `/v1/evidence/visits${query({ ...wanted, limit: 50 })}` });
}

export function piecesOf(caseId: string, visitId: string): Promise<Reply<{ readonly items: readonly EvidenceView[] }>> {
  return ask({ method: 'GET', path: `/v1/evidence${query({ case_id: caseId, visit_id: visitId })}` });
}

/** What was recorded of a visit; how it was filled in only for who did it and who controls it. */
export function getVisit(id: string): Promise<Reply<Schemas['VisitView']>> {
  return ask({ method: 'GET', path: `/v1/visits/${id}` });
}

export function getFile(id: string): Promise<Reply<EvidenceFile>> {
  return ask({ method: 'GET', path: `/v1/evidence/${id}/file` });
}

export function listRedactions(id: string): Promise<Reply<{ readonly items: readonly RedactionView[] }>> {
  return ask({ method: 'GET', path: `/v1/evidence/${id}/redactions` });
}

export function redact(id: string, wish: RedactionWish): Promise<Reply<RedactionView>> {
  return ask({ method: 'POST', path: `/v1/evidence/${id}/redactions`, json: wish });
}

export function listReviews(visitId: string): Promise<Reply<{ readonly items: readonly ReviewView[] }>> {
  return ask({ method: 'GET', path: `/v1/evidence/reviews${query({ visit_id: visitId })}` });
}

export function review(wish: ReviewWish): Promise<Reply<ReviewView>> {
  return ask({ method: 'POST', path: '/v1/evidence/reviews', json: wish });
}

export function listDraws(): Promise<Reply<{ readonly items: readonly DrawView[] }>> {
  return ask({ method: 'GET', path: '/v1/evidence/draws' });
}

export function getDraw(id: string): Promise<Reply<DrawView>> {
  return ask({ method: 'GET', path: `/v1/evidence/draws/${id}` });
}

export function draw(wish: DrawWish): Promise<Reply<DrawView>> {
  return ask({ method: 'POST', path: '/v1/evidence/draws', json: wish });
}

/** The first 200 whose time of keeping is over. */
export function listDeletions(): Promise<Reply<Schemas['DeletionList']>> {
  return ask({ method: 'GET', path: '/v1/evidence/deletions' });
}

export function agreeToDelete(ids: readonly string[]): Promise<Reply<Schemas['Approved']>> {
  return ask({ method: 'POST', path: '/v1/evidence/deletions/approvals', json: { evidence_ids: ids } });
}

export function listHolds(caseId: string): Promise<Reply<{ readonly items: readonly HoldView[] }>> {
  return ask({ method: 'GET', path: `/v1/evidence/holds${query({ case_id: caseId })}` });
}

export function placeHold(caseId: string, reason: string): Promise<Reply<HoldView>> {
  return ask({ method: 'POST', path: '/v1/evidence/holds', json: { case_id: caseId, reason } });
}

export function releaseHold(id: string, reason: string): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/evidence/holds/${id}/release`, json: { reason } });
}
