/** What does the lead's screen ask about people, cases and what is to decide? */
import { ask, type Reply } from '@/api/http';
import { query, type CaseRow } from '@/api/office/cases';
import type { Point } from '@/api/types';

export interface AssignWish {
  readonly case_ids: readonly string[] | null;
  readonly territory_id: string | null;
  readonly area: readonly Point[] | null;
  readonly user_id: string | null;
  readonly only_unassigned: boolean;
  readonly reason: 'manual' | 'territory' | 'proximity' | 'rotation' | 'recall';
}

export interface AssignLine {
  readonly case_id: string;
  readonly number: string;
  readonly name: string;
  readonly from_user_name: string | null;
  readonly is_change: boolean;
  readonly warnings: readonly string[];
}

export interface Load {
  readonly user_id: string;
  readonly user_name: string;
  readonly before: number;
  readonly after: number;
  readonly is_over: boolean;
}

export interface AssignPreview {
  readonly lines: readonly AssignLine[];
  readonly loads: readonly Load[];
  readonly changes: number;
  readonly unknown: number;
}

export interface AssignDone {
  readonly batch_id: string;
  readonly changes: number;
  readonly loads: readonly Load[];
}

export interface Territory {
  readonly id: string;
  readonly name: string;
  readonly team_id: string;
  readonly user_id: string | null;
  readonly user_name: string | null;
  readonly area: readonly Point[];
  readonly open_cases: number;
}

export interface NearPage {
  readonly center: Point;
  readonly radius_m: number;
  readonly cases: readonly { readonly case: CaseRow; readonly distance_m: number }[];
}

export function previewAssignment(wish: AssignWish): Promise<Reply<AssignPreview>> {
  return ask({ method: 'POST', path: '/v1/assignments/preview', json: wish });
}

export function assign(wish: AssignWish): Promise<Reply<AssignDone>> {
  return ask({ method: 'POST', path: '/v1/assignments', json: wish });
}

export function undoAssignment(batchId: string): Promise<Reply<AssignDone>> {
  return ask({ method: 'POST', path: `/v1/assignments/${batchId}/undo` });
}

export function listTerritories(): Promise<Reply<{ readonly territories: readonly Territory[] }>> {
  return ask({ method: 'GET', path: '/v1/territories' });
}

export interface TerritoryWish {
  readonly name: string;
  readonly team_id: string;
  readonly user_id: string | null;
  readonly area: readonly Point[];
}

export function drawTerritory(wish: TerritoryWish): Promise<Reply<Territory>> {
  return ask({ method: 'POST', path: '/v1/territories', json: wish });
}

export interface NearWish {
  readonly case_id?: string;
  readonly user_id?: string;
  readonly radius_m: number;
}

export function nearCases(wish: NearWish): Promise<Reply<NearPage>> {
  return ask({ method: 'GET', path: `/v1/cases/near${query({ ...wish, limit: 200 })}` });
}
