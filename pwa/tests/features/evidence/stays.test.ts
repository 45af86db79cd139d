import { expect, it } from 'vitest';

import { staysOf } from '@/features/evidence/stays';

it('EV-7: each stay lasts until the next one begins, the last until the visit is saved', () => {
  const steps = [{ step: 'here', entered_ms: 500, changes: 0 }, { step: 'whom', entered_ms: 4_000, changes: 1 }, { step: 'here', entered_ms: 9_000, changes: 2 }];
  expect(staysOf({ steps, saved_ms: 12_000, resumed: 0 })).toEqual([
    { step: 'here', ms: 3_500, changes: 0 }, { step: 'whom', ms: 5_000, changes: 1 }, { step: 'here', ms: 3_000, changes: 2 },
  ]);
  expect(staysOf({ steps: [], saved_ms: 0, resumed: 0 })).toEqual([]);
});

it('never lasts less than nothing, whatever a phone told', () => {
  expect(staysOf({ steps: [{ step: 'here', entered_ms: 900, changes: 0 }], saved_ms: 100, resumed: 0 })[0]?.ms).toBe(0);
});
