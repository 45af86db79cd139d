/** What does the lead's screen ask about the day's plan? */
import { ask, type Reply } from '@/api/http';
import { query } from '@/api/office/cases';
import type { Point } from '@/api/types';

export type Mode = 'car' | 'bicycle' | 'foot';

export interface PlanWish {
  readonly team_id: string;
  readonly day: string;
  readonly user_ids: readonly string[] | null;
  readonly must_case_ids: readonly string[];
  readonly seconds: number;
  readonly mode: Mode;
  readonly break_at_minute: number;
  readonly break_minutes: number;
  readonly may_move_cases: boolean;
}

export interface ProgressPoint {
  readonly at_s: number;
  readonly gain_m: number;
}

export interface Unplanned {
  readonly case_id: string;
  readonly number: string;
  readonly name: string;
  readonly score: number;
  readonly reason: string;
}

export interface DayEnd {
  readonly user_id: string;
  readonly shift_start: string;
  readonly shift_end: string;
  readonly pause_start: string | null;
  readonly pause_end: string | null;
  readonly home_drive_s: number;
  readonly home_drive_m: number;
  readonly end_at: string;
  readonly is_overtime: boolean;
}

export interface StopView {
  readonly id: string;
  readonly case_id: string;
  readonly number: string;
  readonly name: string;
  readonly user_id: string;
  readonly position: number;
  readonly place: Point | null;
  readonly arrive_at: string;
  readonly leave_at: string;
  readonly window_start: string;
  readonly window_end: string;
  readonly drive_s: number;
  readonly drive_m: number;
  readonly is_locked: boolean;
  readonly is_must: boolean;
  readonly reasons: readonly string[];
  readonly state: 'planned' | 'done' | 'skipped';
  readonly skip_reason: string | null;
  readonly currency: string;
  readonly overdue_minor: number;
  readonly score: number;
}

export interface PlanView {
  readonly id: string;
  readonly team_id: string;
  readonly day: string;
  readonly zone: string;
  readonly state: 'draft' | 'published' | 'replaced';
  readonly status: 'solving' | 'ready' | 'failed';
  readonly made_at: string;
  readonly published_at: string | null;
  readonly stops: readonly StopView[];
  readonly days: readonly DayEnd[];
  readonly unplanned: readonly Unplanned[];
  readonly gain_m: number;
  readonly curve: readonly ProgressPoint[];
  readonly error: string | null;
}

export interface PlanLine {
  readonly id: string;
  readonly team_id: string;
  readonly day: string;
  readonly state: PlanView['state'];
  readonly status: PlanView['status'];
  readonly made_by: string;
  readonly made_at: string;
  readonly published_at: string | null;
  readonly stops: number;
  readonly gain_m: number;
}

export interface PlanProgress {
  readonly id: string;
  readonly status: PlanView['status'];
  readonly curve: readonly ProgressPoint[];
  readonly iterations: number;
  readonly error: string | null;
}

export interface DiffLine {
  readonly case_id: string;
  readonly number: string;
  readonly name: string;
  readonly from_user_id: string | null;
  readonly to_user_id: string | null;
  readonly from_position: number | null;
  readonly to_position: number | null;
}

export interface PlanDiff {
  readonly against: string | null;
  readonly added: readonly DiffLine[];
  readonly removed: readonly DiffLine[];
  readonly moved: readonly DiffLine[];
  readonly kept: number;
  readonly handed_over: number;
}

export interface StopEdit {
  readonly case_id: string;
  readonly user_id: string | null;
  readonly position: number | null;
  readonly is_locked: boolean | null;
  readonly is_must: boolean | null;
  readonly is_out: boolean;
}

export interface RoutePrice {
  readonly user_id: string;
  readonly end_before: string;
  readonly end_after: string;
  readonly minutes: number;
  readonly drive_m: number;
  readonly late_case_ids: readonly string[];
  readonly is_overtime: boolean;
}

export interface EditPrice {
  readonly routes: readonly RoutePrice[];
  readonly gain: number;
  readonly overdue_minor: number;
  readonly currency: string | null;
  readonly is_lawful: boolean;
  readonly lawful_until: string | null;
  readonly changes_holder: boolean;
}

export function listPlans(day: string): Promise<Reply<{ readonly plans: readonly PlanLine[] }>> {
  return ask({ method: 'GET', path: `/v1/plans${query({ day })}` });
}

export function getPlan(id: string): Promise<Reply<PlanView>> {
  return ask({ method: 'GET', path: `/v1/plans/${id}` });
}

export function makePlan(wish: PlanWish): Promise<Reply<PlanProgress>> {
  return ask({ method: 'POST', path: '/v1/plans', json: wish });
}

export function planProgress(id: string): Promise<Reply<PlanProgress>> {
  return ask({ method: 'GET', path: `/v1/plans/${id}/progress` });
}

export function planDiff(id: string): Promise<Reply<PlanDiff>> {
  return ask({ method: 'GET', path: `/v1/plans/${id}/diff` });
}

export function publishPlan(id: string): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/plans/${id}/publish` });
}

export function stopPlan(id: string): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/plans/${id}/stop` });
}

export function priceEdit(id: string, edit: StopEdit): Promise<Reply<EditPrice>> {
  return ask({ method: 'POST', path: `/v1/plans/${id}/edits/preview`, json: edit });
}

export function editPlan(id: string, edit: StopEdit): Promise<Reply<EditPrice>> {
  return ask({ method: 'POST', path: `/v1/plans/${id}/edits`, json: edit });
}
