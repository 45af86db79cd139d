/** What does the server tell screens at desks? The shapes of lists, files and people that several of them share. */
import { ask, type Reply } from '../http';
import type { PhoneCase, Point } from '../types';

export interface CaseRow {
  readonly id: string;
  readonly number: string;
  readonly name: string;
  readonly is_company: boolean;
  readonly kind: string;
  readonly state: string;
  readonly bucket: string;
  readonly days_past_due: number;
  readonly currency: string;
  readonly overdue_minor: number;
  readonly balance_minor: number;
  readonly grade: string | null;
  readonly score: number;
  readonly reasons: readonly string[];
  readonly attempts: number;
  readonly last_attempt_at: string | null;
  readonly last_result: string | null;
  readonly team_id: string | null;
  readonly desk_team_id: string | null;
  readonly assignee_id: string | null;
  readonly assignee_name: string | null;
  readonly door: Point | null;
  readonly promise_minor: number | null;
  readonly promise_due_on: string | null;
}

export interface CasePage {
  readonly cases: readonly CaseRow[];
  readonly next: string | null;
}

export interface Holder {
  readonly user_id: string;
  readonly user_name: string;
  readonly assigned_at: string;
  readonly released_at: string | null;
  readonly reason: string;
  readonly release_reason: string | null;
}

export interface CaseFile {
  readonly whole: PhoneCase;
  readonly team_id: string | null;
  readonly desk_team_id: string | null;
  readonly assignee_id: string | null;
  readonly opened_at: string;
  readonly closed_at: string | null;
  readonly last_result: string | null;
  readonly holders: readonly Holder[];
  readonly open_conflict_ids: readonly string[];
  readonly leased_to: string | null;
}

export interface UserView {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly role: string;
  readonly zone: string;
  readonly shift_start_minute: number;
  readonly shift_end_minute: number;
  readonly is_active: boolean;
  readonly team_ids: readonly string[];
}

export interface TeamView {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
}

/** A query text of what is set; what is undefined or empty is left out. */
export function query(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const set = Object.entries(values).filter(([, value]) => value !== undefined && value !== '' && value !== false);
  return set.length === 0 ? '' : `?${new URLSearchParams(set.map(([key, value]) => [key, String(value)])).toString()}`;
}

export interface CaseWish {
  readonly search?: string;
  readonly assignee_id?: string;
  readonly team_id?: string;
  readonly unassigned?: boolean;
  readonly after?: string;
  readonly limit?: number;
}

export function listCases(wish: CaseWish): Promise<Reply<CasePage>> {
  return ask({ method: 'GET', path: `/v1/cases${query({ ...wish })}` });
}

export function getCase(id: string): Promise<Reply<CaseFile>> {
  return ask({ method: 'GET', path: `/v1/cases/${id}` });
}

/** Pages that are fetched at most for a map: 5,000 cases are what one step of assignment takes. */
const PAGES_MAX = 25;

/** All cases that fit, page by page. */
export async function allCases(wish: CaseWish): Promise<Reply<CasePage>> {
  const cases: CaseRow[] = [];
  let after: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const reply: Reply<CasePage> = await listCases({ ...wish, limit: 200, ...(after === null ? {} : { after }) });
    if (reply.kind !== 'answered') return reply;
    cases.push(...reply.body.cases);
    after = reply.body.next;
    if (after === null) return { ...reply, body: { cases, next: null } };
  }
  return { kind: 'answered', body: { cases, next: after }, headers: new Headers(), status: 200 };
}

export function listUsers(): Promise<Reply<{ readonly users: readonly UserView[]; readonly next: string | null }>> {
  return ask({ method: 'GET', path: `/v1/users${query({ limit: 200 })}` });
}

export function listTeams(): Promise<Reply<{ readonly teams: readonly TeamView[] }>> {
  return ask({ method: 'GET', path: '/v1/teams' });
}
