/** What does the server tell screens at desks? The shapes of lists, files and people that several of them share. */
import { ask, type Reply } from '../http';
import type { components } from '../schema';

type Schemas = components['schemas'];

export type CaseRow = Schemas['CaseRow'];
export type CasePage = Schemas['CasePage'];
export type Holder = Schemas['HolderView'];
export type CaseFile = Schemas['CaseFile'];
export type UserView = Schemas['UserView'];
export type TeamView = Schemas['TeamView'];

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
