/** What does the lead's screen ask about the day's plan? */
import { ask, type Reply } from '@/api/http';
import { query } from '@/api/office/cases';
import type { components } from '@/api/schema';

type Schemas = components['schemas'];

export type Mode = Schemas['Mode'];
export type PlanWish = Schemas['PlanWish'];
export type ProgressPoint = Schemas['ProgressPoint'];
export type Unplanned = Schemas['Unplanned'];
export type RuleText = Schemas['RuleText'];
export type DayEnd = Schemas['DayEnd'];
export type StopView = Schemas['StopView'];
export type PlanView = Schemas['PlanView'];
export type PlanLine = Schemas['PlanLine'];
export type PlanProgress = Schemas['PlanProgress'];
export type DiffLine = Schemas['DiffLine'];
export type PlanDiff = Schemas['PlanDiff'];
export type StopEdit = Schemas['StopEdit'];
export type RoutePrice = Schemas['RoutePrice'];
export type EditPrice = Schemas['EditPrice'];

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
