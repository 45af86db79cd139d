import { describe, expect, it } from 'vitest';

import type { AssignLine } from '@/features/team/api';
import { toggled, warningsOf, wishOf, type Choice } from '@/features/team/assigning';
import { told } from '@/features/team/refused';
import { totals } from '@/features/team/sums';

const choice: Choice = { way: 'pick', chosen: new Set(['b', 'a']), territoryId: undefined, area: [], target: 'mei', onlyUnassigned: false };
const corner = { lat: 30, lon: 120 };

describe('what a choice asks of the server', () => {
  it('takes the chosen cases, in one order', () => {
    expect(wishOf(choice)).toEqual({ case_ids: ['a', 'b'], territory_id: null, area: null, user_id: 'mei', only_unassigned: false, reason: 'manual' });
  });

  it.each([
    ['no person', { target: '' }], ['no case', { chosen: new Set<string>() }], ['no territory', { way: 'territory' as const }],
    ['two corners and no case', { area: [corner, corner], chosen: new Set<string>() }],
  ])('asks nothing with %s', (_name, changes) => {
    expect(wishOf({ ...choice, ...changes })).toBeUndefined();
  });

  it('takes a shape of three corners before single cases', () => {
    expect(wishOf({ ...choice, area: [corner, corner, corner] })).toMatchObject({ case_ids: null, reason: 'territory' });
  });

  it('calls giving to nobody a recall', () => {
    expect(wishOf({ ...choice, target: 'nobody' })).toMatchObject({ user_id: null, reason: 'recall' });
  });
});

it('a case is put in and taken out', () => {
  expect([...toggled(new Set(['a']), 'b')]).toEqual(['a', 'b']);
  expect([...toggled(new Set(['a']), 'a')]).toEqual([]);
});

it('warnings of cases that do not change are not counted', () => {
  const line: AssignLine = {
    case_id: 'a', number: 'a', name: 'a', from_user_id: null, from_user_name: null, to_user_id: 'mei', team_id: null, desk_team_id: null, is_change: true, warnings: ['done_today'],
  };
  expect(warningsOf({ lines: [line, line, { ...line, is_change: false }, { ...line, warnings: ['no_door'] }], loads: [], changes: 3, unknown: 0 })).toEqual([['done_today', 2], ['no_door', 1]]);
});

it('amounts of different currencies are never added up', () => {
  expect(totals([{ currency: 'CNY', amount_minor: 1 }, { currency: 'EUR', amount_minor: 2 }, { currency: 'CNY', amount_minor: 3 }])).toEqual([{ currency: 'CNY', amount_minor: 4 }, { currency: 'EUR', amount_minor: 2 }]);
});

it.each([['{"result":"NOT_HOME","note":"dark"}', 'Nobody home · dark'], ['{"result":7}', ''], ['not json', ''], ['[1]', '']])('a refused item %s is told as "%s"', (body, text) => {
  expect(told('visit.record', body, 'en')).toBe(text);
});
