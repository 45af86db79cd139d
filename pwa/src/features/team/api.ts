/** What does the lead's screen ask about people, cases and what is to decide? */
import { ask, type Reply } from '@/api/http';
import { query } from '@/api/office/cases';
import type { components } from '@/api/schema';

type Schemas = components['schemas'];

export type AssignWish = Schemas['AssignWish'];
export type AssignLine = Schemas['AssignLine'];
export type Load = Schemas['Load'];
export type AssignPreview = Schemas['AssignPreview'];
export type AssignDone = Schemas['AssignDone'];
export type Territory = Schemas['TerritoryView'];
export type NearPage = Schemas['NearPage'];

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

export type TerritoryWish = Schemas['TerritoryWish'];

export function drawTerritory(wish: TerritoryWish): Promise<Reply<Territory>> {
  return ask({ method: 'POST', path: '/v1/territories', json: wish });
}

export function changeTerritory(id: string, wish: TerritoryWish): Promise<Reply<Territory>> {
  return ask({ method: 'PUT', path: `/v1/territories/${id}`, json: wish });
}

export function removeTerritory(id: string): Promise<Reply<unknown>> {
  return ask({ method: 'DELETE', path: `/v1/territories/${id}` });
}

export interface NearWish {
  readonly case_id?: string;
  readonly user_id?: string;
  readonly radius_m: number;
}

export function nearCases(wish: NearWish): Promise<Reply<NearPage>> {
  return ask({ method: 'GET', path: `/v1/cases/near${query({ ...wish, limit: 200 })}` });
}
