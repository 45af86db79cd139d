/** Does the next plan begin with what the one before had to visit, and is what it could not told? */
import { describe, expect, test } from 'vitest';

import { missedOf, mustsOf, MUSTS_MAX, withMust, withoutMust } from '@/features/team/musts';
import type { PlanView, StopView, Unplanned } from '@/features/team/plan_api';

const stop = (id: string, changes: Partial<StopView> = {}): StopView => ({
  id: `stop-${id}`, case_id: id, number: 'R-1', name: `name ${id}`, user_id: 'u', position: 1, place: null, arrive_at: '', leave_at: '', window_start: '', window_end: '', drive_s: 0, drive_m: 0,
  is_locked: false, is_must: false, reasons: [], state: 'planned', skip_reason: null, headcount: 1, lawful: [], rule_ids: [], currency: 'CNY', overdue_minor: 1, score: 1, ...changes,
});
const left = (id: string): Unplanned => ({ case_id: id, number: 'R-2', name: `name ${id}`, score: 1, reason: 'too_far' });
const plan = (stops: readonly StopView[], unplanned: readonly Unplanned[], must_case_ids: readonly string[]): PlanView => ({
  id: 'p', team_id: 't', day: '2026-11-24', zone: 'Asia/Shanghai', state: 'draft', status: 'ready', made_by: 'u', made_at: '', published_at: null, stops, days: [], unplanned, must_case_ids, gain_m: 0, curve: [], error: null, law: [], rules: [],
});

describe('must-visits', () => {
  test('of a plan are those it was asked for and those marked since', () => {
    const made = plan([stop('a', { is_must: true }), stop('b', { is_must: true }), stop('c')], [left('d'), left('e')], ['a', 'd', 'gone']);
    expect([...mustsOf(made)]).toEqual([['a', 'name a'], ['b', 'name b'], ['d', 'name d']]);
  });

  test('that are done are not asked for again', () => {
    expect([...mustsOf(plan([stop('a', { is_must: true, state: 'done' })], [], ['a']))]).toEqual([]);
  });

  test('of no plan are none', () => {
    expect(mustsOf(undefined).size).toBe(0);
  });

  test('that are not in the plan are told with their reason', () => {
    expect(missedOf(plan([stop('a')], [left('b'), left('c')], ['a', 'b']))).toEqual([left('b')]);
  });

  test('are put on the list once, taken off, and never more than the server takes', () => {
    const two = withMust(withMust(new Map(), 'a', 'A'), 'b', 'B');
    expect([...withoutMust(withMust(two, 'a', 'A'), 'a').keys()]).toEqual(['b']);
    const full = new Map(Array.from({ length: MUSTS_MAX }, (_, n) => [String(n), 'x'] as const));
    expect(withMust(full, 'more', 'M').size).toBe(MUSTS_MAX);
  });
});
