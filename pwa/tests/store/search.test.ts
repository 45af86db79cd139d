import { describe, expect, it } from 'vitest';

import type { CaseHead } from '@/store/schema';
import { byDistance, indexOf, matching, NEAR_M, nearCount } from '@/store/search';

function head(id: string, name: string, search: string, place: CaseHead['place'] = null): CaseHead {
  return {
    id, number: `C-${id}`, name, is_company: false, search, currency: 'CNY', zone: 'Asia/Shanghai', state: 'active', bucket: 'M1', grade: null,
    score: 1, overdue_minor: 1, days_past_due: 1, last_attempt_at: null, address: '四海路 18 号', place, promise_due_on: null,
  };
}

const entries = indexOf([head('1', '王小明', '王小明 wang xiao ming wxm 13812345678'), head('2', '李四', '李四 li si ls 13900000000')]);
const found = (query: string): string[] => matching(entries, query).map(({ id }) => id);

describe('search', () => {
  it.each([
    ['王', ['1']], ['wangxiao', ['1']], ['WXM', ['1']], ['ming wang', ['1']], ['1390', ['2']], ['c-2', ['2']], ['四海路18', ['1', '2']],
    ['138 1234', ['1']], ['', ['1', '2']], ['王 李', []], ['WXM', ['1']],
  ])('"%s" finds %j', (query, ids) => {
    expect(found(query)).toEqual(ids);
  });

  it('puts the nearest first and those without a place last', () => {
    const heads = [head('far', 'a', '', { lat: 1, lon: 0 }), head('none', 'b', ''), head('near', 'c', '', { lat: 0.1, lon: 0 })];
    expect(byDistance(heads, { lat: 0, lon: 0 }).map(({ id }) => id)).toEqual(['near', 'far', 'none']);
  });

  it('counts the doors within two kilometres', () => {
    const doors = [0, 0.0179, 0.0181].map((lat) => head(String(lat), 'a', '', { lat, lon: 0 }));
    expect(nearCount([...doors, head('none', 'b', '')], { lat: 0, lon: 0 })).toBe(2);
    expect(NEAR_M).toBe(2000);
  });
});
