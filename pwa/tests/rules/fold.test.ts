import { describe, expect, it } from 'vitest';

import type { Act, CallRecord, FactValue, PhoneCase, PhonePlan, PhoneStop, VisitRecord } from '@/api/types';
import { foldCase, foldPlan, type Deed, type ShownFact } from '@/rules/fold';

import { sampleCase } from '../sync/samples';

type FactLine = NonNullable<FactValue['history']>[number];

const PULLED_AT = '2026-11-24T10:00:00Z';

function deed(act: Act, changes: Partial<Deed> = {}): Deed {
  return { id: 'm', state: 'saved', occurred_at: '2026-11-24T11:00:00Z', answered_at: null, act, ...changes };
}

function visit(changes: Partial<VisitRecord> = {}): VisitRecord {
  return {
    id: 'v1', case_id: 'k1', stop_id: 's1', address_id: null, started_at: '2026-11-24T10:50:00Z', ended_at: '2026-11-24T11:00:00Z', check_in: null,
    outside_reason: null, result: 'NOT_HOME', party: 'nobody', paid_minor: null, promise: null, photos: [], audio_notes: [],
    signatures: [], note: '', next_step: null, next_on: null, form: null, ...changes,
  };
}

const promise = { id: 'p1', amount_minor: 100, currency: 'CNY', due_on: '2026-11-27', tolerance_days: 3 };
const visited: Act = { kind: 'visit.record', body: visit({ promise }) };
const fold = (deeds: readonly Deed[], changes = {}): ReturnType<typeof foldCase> => foldCase(sampleCase('k1', changes), deeds, { pulledAt: PULLED_AT, by: 'Lin' });

describe('a case', () => {
  it('shows a visit and its promise at once, as unsent', () => {
    const shown = fold([deed(visited)]);
    expect(shown.history.map(({ id, is_unsent, by }) => [id, is_unsent, by])).toEqual([['v1', true, 'Lin']]);
    expect(shown.promises.map(({ id }) => id)).toEqual(['p1']);
  });

  it('does not show twice what the server told already', () => {
    const history = [{ id: 'v1', kind: 'visit' as const, at: '2026-11-24T11:00:00Z', result: 'NOT_HOME', amount_minor: null, note: '', by: 'Lin', is_withdrawn: false }];
    const promises = [{ id: 'p1', amount_minor: 100, due_on: '2026-11-27', state: 'open', made_at: '2026-11-24T11:00:00Z' }];
    const shown = fold([deed(visited, { state: 'accepted', answered_at: '2026-11-24T11:00:01Z' })], { history, promises });
    expect([shown.history.length, shown.promises.length]).toEqual([1, 1]);
  });

  it('keeps an accepted visit in sight until a pull brings it', () => {
    const call: CallRecord = { ...visit(), id: 'c1', contact_point_id: null };
    expect(fold([deed({ kind: 'call.record', body: call }, { state: 'accepted', answered_at: '2026-11-24T11:00:01Z' })]).history).toHaveLength(1);
  });

  it('hides what was refused, and marks what was taken back', () => {
    expect(fold([deed(visited, { state: 'refused' })]).history).toEqual([]);
    const undone = fold([deed(visited), deed({ kind: 'record.withdraw', body: { target_kind: 'visit', target_id: 'v1' } })]);
    expect(undone.history.map(({ is_withdrawn }) => is_withdrawn)).toEqual([true]);
    expect(undone.promises).toEqual([]);
  });

  describe('OF-7: a fact', () => {
    const line = (id: string, value: string, at: string, by = 'Bo'): FactLine => ({ id, value, by, at });
    const fact = (id: string, value: string, changes: Partial<FactValue> = {}): { door_note: FactValue } => ({
      door_note: { value, version: 2, edited_at: PULLED_AT, edited_by: 'Bo', id, heads: [id], others: [], history: [line(id, value, PULLED_AT)], ...changes },
    });
    const edit = (value: string, base_ids: readonly string[]): Act => ({ kind: 'case.edit', body: { case_id: 'k1', field: 'door_note', base_ids, base_version: null, value } });
    const folded = (deeds: readonly Deed[], facts: PhoneCase['facts']): ShownFact | undefined => fold(deeds, { facts }).facts['door_note'];

    it('shows an own edit at once, over what it saw, and the next names both', () => {
      const shown = folded([deed(edit('mine', ['t1']))], fact('t1', 'theirs'));
      expect(shown).toMatchObject({ shown: { value: 'mine', by: 'Lin', is_mine: true, is_unsent: true }, others: [], base: { base_ids: ['m', 't1'] } });
      expect(shown?.history.map(({ value }) => value)).toEqual(['mine', 'theirs']);
    });

    it('shows both when somebody else wrote without seeing it, whichever the server took first', () => {
      for (const state of ['saved', 'conflict'] as const) {
        const shown = folded([deed(edit('mine', ['t0']), { state, answered_at: PULLED_AT })], fact('t1', 'theirs'));
        expect(shown).toMatchObject({ shown: { value: 'mine' }, others: [{ value: 'theirs', is_mine: false }], is_awaited: false, base: { base_ids: ['m', 't1'] } });
      }
      const told = fact('t1', 'theirs', { heads: ['t1', 'm'], others: [line('m', 'mine', '2026-11-24T09:00:00Z', 'Lin')] });
      const later = folded([deed(edit('mine', ['t0']), { state: 'conflict', answered_at: '2026-11-24T09:59:59Z' })], told);
      expect(later).toMatchObject({ shown: { value: 'theirs', is_mine: false }, others: [{ value: 'mine', is_mine: true, is_unsent: false }] });
    });

    it('says that theirs is still to come when the server knows of it and no pull has brought it', () => {
      const crossed = deed(edit('mine', ['t1']), { state: 'conflict', answered_at: '2026-11-24T11:00:01Z' });
      expect(folded([crossed], fact('t1', 'old'))).toMatchObject({ shown: { value: 'mine' }, others: [], is_awaited: true });
      expect(folded([crossed], {})).toMatchObject({ shown: { value: 'mine' }, is_awaited: true });
    });

    it('names an own earlier edit that is not sent yet: a chain of offline edits is no conflict', () => {
      const [one, two] = [deed(edit('one', ['t1']), { id: 'a1' }), deed(edit('two', ['a1', 't1']), { id: 'a2', occurred_at: '2026-11-24T11:05:00Z' })];
      const shown = folded([one, two], fact('t1', 'theirs'));
      expect(shown).toMatchObject({ shown: { value: 'two' }, others: [], base: { base_ids: ['a2', 't1', 'a1'] } });
    });

    it('follows the server once it has told of the edit, and after a refusal', () => {
      const old = { state: 'accepted', answered_at: '2026-11-24T09:59:59Z' } as const;
      expect(folded([deed(edit('mine', []), old)], fact('t2', 'decided'))).toMatchObject({ shown: { value: 'decided' }, others: [] });
      expect(folded([deed(edit('mine', []), { state: 'refused' })], fact('t2', 'decided'))).toMatchObject({ shown: { value: 'decided' }, others: [] });
      expect(folded([], {})).toBeUndefined();
    });

    it('reads cases and edits of an app that knew versions only', () => {
      const facts = { door_note: { value: 'theirs', version: 2, edited_at: PULLED_AT, edited_by: 'Bo' } };
      const older: Act = { kind: 'case.edit', body: { case_id: 'k1', field: 'door_note', base_version: 2, value: 'mine' } };
      expect(folded([deed(older)], facts)).toMatchObject({ shown: { value: 'mine' }, others: [], base: { base_ids: ['m'], base_version: 2 } });
      expect(folded([deed({ ...older, body: { ...older.body, base_version: 1 } })], facts)).toMatchObject({ others: [{ value: 'theirs' }] });
    });
  });

  it('remembers which numbers were shown', () => {
    const reveal: Act = { kind: 'contact.reveal', body: { case_id: 'k1', contact_point_id: 'n1', reason: 'call_now' } };
    expect([...fold([deed(reveal)]).revealed]).toEqual(['n1']);
  });
});

function stop(id: string, position: number): PhoneStop {
  return {
    id, case_id: `k-${id}`, address_id: null, position, arrive_at: PULLED_AT, leave_at: PULLED_AT, window_start: PULLED_AT, window_end: PULLED_AT,
    drive_s: 1, drive_m: 1, is_locked: false, is_must: false, reasons: [], state: 'planned', skip_reason: null,
  };
}

describe('a plan', () => {
  const plan: PhonePlan = { id: 'plan', day: '2026-11-24', published_at: PULLED_AT, stops: [stop('s2', 2), stop('s1', 1), stop('s3', 3)] };
  const shown = (...deeds: Deed[]): string[] => foldPlan(plan, PULLED_AT, deeds).map(({ id, state }) => `${id} ${state}`);

  it('is in the order of its positions', () => {
    expect(shown()).toEqual(['s1 planned', 's2 planned', 's3 planned']);
  });

  it('marks a visited stop as done, and open again when the visit is taken back', () => {
    const back = deed({ kind: 'record.withdraw', body: { target_kind: 'visit', target_id: 'v1' } });
    expect(shown(deed(visited))).toEqual(['s1 done', 's2 planned', 's3 planned']);
    expect(shown(deed(visited), back)).toEqual(['s1 planned', 's2 planned', 's3 planned']);
  });

  it('skips, restores and reorders as the collector did, the unnamed behind', () => {
    const skip = deed({ kind: 'stop.skip', body: { stop_id: 's2', reason: 'no_time' } });
    const restore = deed({ kind: 'stop.restore', body: { stop_id: 's2' } });
    const order = deed({ kind: 'stops.reorder', body: { plan_id: 'plan', stop_ids: ['s3', 's3', 'gone'] } });
    expect(shown(skip)).toEqual(['s1 planned', 's2 skipped', 's3 planned']);
    expect(shown(skip, restore)).toEqual(['s1 planned', 's2 planned', 's3 planned']);
    expect(shown(order)).toEqual(['s3 planned', 's1 planned', 's2 planned']);
  });

  it('follows the server once it has heard of the deed', () => {
    const old = deed({ kind: 'stop.skip', body: { stop_id: 's2', reason: 'no_time' } }, { state: 'accepted', answered_at: '2026-11-24T09:59:59Z' });
    expect(shown(old)).toEqual(['s1 planned', 's2 planned', 's3 planned']);
  });

  it('does not follow the order of another plan', () => {
    expect(shown(deed({ kind: 'stops.reorder', body: { plan_id: 'older', stop_ids: ['s3'] } }))[0]).toBe('s1 planned');
  });
});
