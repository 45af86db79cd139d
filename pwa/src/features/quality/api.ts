/** What does the screen of quality ask of the server? */
import { ask, type Reply } from '@/api/http';
import { query } from '@/api/office/cases';
import type { components } from '@/api/schema';

type Schemas = components['schemas'];

export type DrawnCall = Schemas['DrawnCall'];
export type DrawnList = Schemas['DrawnList'];
export type SamplingPlan = Schemas['SamplingPlan'];
export type PlanVersion = Schemas['PlanVersion'];
export type SheetVersion = Schemas['SheetVersion'];
export type DrawDone = Schemas['DrawDone'];
export type CallDetail = Schemas['CallDetail'];
export type Question = Schemas['SheetQuestion'];
export type ScoreSheet = Schemas['ScoreSheet'];
export type ScoreWish = Schemas['ScoreWish'];
export type CheckWish = Schemas['CheckWish'];
export type CheckView = Schemas['CheckView'];
export type CheckOpened = Schemas['CheckOpened'];
export type CheckClose = Schemas['CheckClose'];
export type TaskView = Schemas['TaskView'];
export type TaskWish = Schemas['TaskWish'];
export type CallerFigures = Schemas['CallerFigures'];
export type OwnQuality = Schemas['OwnQuality'];

export function listDrawn(weekOn: string): Promise<Reply<DrawnList>> {
  return ask({ method: 'GET', path: `/v1/quality/calls${query({ week_on: weekOn })}` });
}

export function getPlan(): Promise<Reply<PlanVersion>> {
  return ask({ method: 'GET', path: '/v1/quality/plan' });
}

export function setPlan(plan: SamplingPlan): Promise<Reply<PlanVersion>> {
  return ask({ method: 'PUT', path: '/v1/quality/plan', json: plan });
}

export function getSheet(): Promise<Reply<SheetVersion>> {
  return ask({ method: 'GET', path: '/v1/quality/sheet' });
}

export function drawWeek(weekOn: string): Promise<Reply<DrawDone>> {
  return ask({ method: 'POST', path: '/v1/quality/draws', json: { week_on: weekOn } });
}

export function getCall(id: string): Promise<Reply<CallDetail>> {
  return ask({ method: 'GET', path: `/v1/quality/calls/${id}` });
}

export function saveScore(callId: string, wish: ScoreWish): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/quality/calls/${callId}/scores`, json: wish });
}

export function openCheck(callId: string, wish: CheckWish): Promise<Reply<CheckOpened>> {
  return ask({ method: 'POST', path: `/v1/quality/calls/${callId}/checks`, json: wish });
}

export function closeCheck(checkId: string, said: CheckClose): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/quality/checks/${checkId}/close`, json: said });
}

export function makeTask(callId: string, wish: TaskWish): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/quality/calls/${callId}/tasks`, json: wish });
}

export function listTasks(): Promise<Reply<{ readonly items: readonly TaskView[] }>> {
  return ask({ method: 'GET', path: '/v1/quality/tasks' });
}

export function proveTask(taskId: string, text: string): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/quality/tasks/${taskId}/prove`, json: { text, call_id: null } });
}

export function judgeTask(taskId: string, reason: string | undefined): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/quality/tasks/${taskId}/judge`, json: { is_accepted: reason === undefined, reason: reason ?? '' } });
}

export function listCallers(beginsOn: string, endsOn: string): Promise<Reply<{ readonly items: readonly CallerFigures[] }>> {
  return ask({ method: 'GET', path: `/v1/quality/callers${query({ begins_on: beginsOn, ends_on: endsOn })}` });
}

export function getOwn(): Promise<Reply<OwnQuality>> {
  return ask({ method: 'GET', path: '/v1/quality/own' });
}
