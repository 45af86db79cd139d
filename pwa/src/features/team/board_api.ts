/** What does the lead's screen ask about the day: who is where, what is done, what is to decide? */
import { ask, type Reply } from '@/api/http';
import { query } from '@/api/office/cases';
import type { Point } from '@/api/types';

export interface Sum {
  readonly currency: string;
  readonly amount_minor: number;
}

export interface BoardRow {
  readonly user_id: string;
  readonly name: string;
  readonly on_duty_since: string | null;
  readonly place: Point | null;
  readonly place_at: string | null;
  readonly stops_done: number;
  readonly stops_skipped: number;
  readonly stops_planned: number;
  readonly next_case_id: string | null;
  readonly next_arrive_at: string | null;
  readonly next_late_at: string | null;
  readonly last_record_at: string | null;
  readonly records: number;
  readonly collected: readonly Sum[];
  readonly promised: readonly Sum[];
  readonly open_cases: number;
  readonly unsent: number;
  readonly seen_at: string | null;
}

export interface BoardLine {
  readonly row: BoardRow;
  readonly is_overdue: boolean;
  readonly late_minutes: number;
  readonly idle_minutes: number | null;
}

export interface DuePromise {
  readonly id: string;
  readonly case_id: string;
  readonly number: string;
  readonly name: string;
  readonly assignee_id: string | null;
  readonly amount_minor: number;
  readonly currency: string;
  readonly due_on: string;
}

export interface Board {
  readonly at: string;
  readonly day: string;
  readonly lines: readonly BoardLine[];
  readonly on_duty: number;
  readonly overdue: number;
  readonly collected: readonly Sum[];
  readonly promised: readonly Sum[];
  readonly promises_due: readonly DuePromise[];
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

export interface QuarantinedView {
  readonly mutation_id: string;
  readonly body_hash: string;
  readonly user_id: string;
  readonly user_name: string;
  readonly case_id: string | null;
  readonly case_number: string | null;
  readonly case_name: string | null;
  readonly kind: string;
  readonly occurred_at: string;
  readonly recorded_at: string;
  readonly code: string;
  readonly detail: Readonly<Record<string, string>>;
  /** The whole item as it came, JSON in most cases. */
  readonly body: string;
}

export interface ToDecide {
  readonly conflicts: readonly ConflictView[];
  readonly items: readonly QuarantinedView[];
}

export function getBoard(teamId: string): Promise<Reply<Board>> {
  return ask({ method: 'GET', path: `/v1/team/board${query({ team_id: teamId })}` });
}

export function getDecisions(): Promise<Reply<ToDecide>> {
  return ask({ method: 'GET', path: '/v1/decisions' });
}

export function decideConflict(id: string, keep: 'stored' | 'sent'): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/conflicts/${id}`, json: { keep } });
}

export interface ItemDecision {
  readonly action: 'apply' | 'set_aside';
  readonly explanation: string;
}

export function decideItem({ mutation_id, body_hash }: QuarantinedView, decision: ItemDecision): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/quarantine/${mutation_id}`, json: { ...decision, body_hash } });
}
