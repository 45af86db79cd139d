/** What does the lead's screen ask about the day: who is where, what is done, what is to decide? */
import { ask, type Reply } from '@/api/http';
import { query } from '@/api/office/cases';
import type { Point } from '@/api/types';

export interface BoardPerson {
  readonly user_id: string;
  readonly user_name: string;
  readonly is_on_duty: boolean;
  readonly last_place: Point | null;
  readonly last_place_at: string | null;
  readonly stops_done: number;
  readonly stops_planned: number;
  readonly collected_minor: number;
  readonly promised_minor: number;
  readonly currency: string;
  readonly unsent_count: number;
  readonly last_seen_at: string | null;
  readonly is_overdue: boolean;
  readonly promises_due: number;
}

export interface ConflictView {
  readonly id: string;
  readonly case_id: string;
  readonly case_number: string;
  readonly case_name: string;
  readonly field: string;
  readonly stored_value: string;
  readonly stored_by: string;
  readonly stored_at: string;
  readonly sent_value: string;
  readonly sent_by: string;
  readonly sent_at: string;
  readonly present_value: string;
  readonly recorded_at: string;
}

export interface QuarantineView {
  readonly id: string;
  readonly kind: string;
  readonly code: string;
  readonly user_name: string;
  readonly case_id: string | null;
  readonly case_number: string | null;
  readonly case_name: string | null;
  readonly occurred_at: string;
  readonly received_at: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Board {
  readonly people: readonly BoardPerson[];
  readonly conflicts: readonly ConflictView[];
  readonly quarantine: readonly QuarantineView[];
}

export function getBoard(teamId: string): Promise<Reply<Board>> {
  return ask({ method: 'GET', path: `/v1/team/board${query({ team_id: teamId })}` });
}

export function decideConflict(id: string, keep: 'stored' | 'sent'): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/conflicts/${id}`, json: { keep } });
}

export function decideQuarantine(id: string, decision: 'apply' | 'set_aside', explanation: string): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/quarantine/${id}`, json: { decision, explanation } });
}
