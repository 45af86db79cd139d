import { describe, expect, it } from 'vitest';

import { changed, differing, entered, NO_LOG, resumed, toldOf } from '@/features/visits/form_log';

describe('how a visit was filled in', () => {
  it('EV-7: each stay at a step has its time and its changes', () => {
    let log = entered(NO_LOG, 'here', 0);
    log = changed(log, 'check_in', 4000);
    log = entered(log, 'whom', 4000);
    log = entered(log, 'here', 6000);
    log = changed(log, 'check_in', 7000);
    expect(toldOf(log, 9000)).toEqual({
      steps: [{ step: 'here', entered_ms: 0, changes: 1 }, { step: 'whom', entered_ms: 4000, changes: 0 }, { step: 'here', entered_ms: 6000, changes: 1 }],
      saved_ms: 9000, resumed: 0,
    });
  });

  it('EV-7: typing on at one answer is one change, going back to it is another', () => {
    let log = entered(NO_LOG, 'details', 0);
    for (const answer of ['note', 'note', 'note', 'amount', 'note']) log = changed(log, answer, 10);
    expect(log.steps[0]?.changes).toBe(3);
  });

  it('EV-7: a draft that was left and taken up again says so', () => {
    const log = entered(NO_LOG, 'here', 50);
    expect(toldOf(resumed(resumed(log)), 60).resumed).toBe(2);
    expect(resumed(NO_LOG)).toEqual(NO_LOG);
  });

  it('keeps the last sixty stays', () => {
    let log = NO_LOG;
    for (let n = 0; n < 70; n += 1) log = entered(log, n % 2 === 0 ? 'whom' : 'result', n);
    expect(log.steps).toHaveLength(60);
    expect(log.steps.at(-1)?.entered_ms).toBe(69);
  });

  it('names the answers that differ', () => {
    expect(differing({ a: 1, b: [1], c: null }, { a: 1, b: [2], c: null })).toEqual(['b']);
  });
});
