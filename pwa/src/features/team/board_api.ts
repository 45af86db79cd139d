/** What does the lead's screen ask about the day: who is where, what is done, what is to decide? */
import { ask, type Reply } from '@/api/http';
import { query } from '@/api/office/cases';
import type { components } from '@/api/schema';
import { newId } from '@/lib/ids';

type Schemas = components['schemas'];

export type Sum = Schemas['Sum'];
export type BoardRow = Schemas['BoardRow'];
export type BoardLine = Schemas['BoardLine'];
export type DuePromise = Schemas['DuePromise'];
export type Board = Schemas['Board'];
export type ConflictView = Schemas['ConflictView'];
export type QuarantinedView = Schemas['QuarantinedView'];
export type ToDecide = Schemas['ToDecide'];

export function getBoard(teamId: string): Promise<Reply<Board>> {
  return ask({ method: 'GET', path: `/v1/team/board${query({ team_id: teamId })}` });
}

export function getDecisions(): Promise<Reply<ToDecide>> {
  return ask({ method: 'GET', path: '/v1/decisions' });
}

/** Lets one value hold, over all that was seen; under one id, so that a decision sent twice is one. */
export function decideConflict({ case_id, field, heads }: ConflictView, value: string): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: '/v1/conflicts', json: { id: newId(), case_id, field, base_ids: heads, value } });
}

export interface ItemDecision {
  readonly action: 'apply' | 'set_aside';
  readonly explanation: string;
}

export function decideItem({ mutation_id, body_hash }: QuarantinedView, decision: ItemDecision): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/quarantine/${mutation_id}`, json: { ...decision, body_hash } });
}
