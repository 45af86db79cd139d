import { describe, expect, it } from 'vitest';

import { keepsOriginal, maySendOriginals, ORIGINAL_BYTES_MAX } from '@/rules/originals';

describe('originals', () => {
  it.each([
    ['wifi', { type: 'wifi' }, true], ['wifi', { type: 'ethernet' }, true], ['wifi', { type: 'cellular' }, false],
    ['wifi', { type: 'wifi', saveData: true }, false], ['wifi', {}, false], ['wifi', undefined, false],
    ['always', { type: 'cellular' }, true], ['always', undefined, true], ['never', { type: 'wifi' }, false],
  ] as const)('EV-1: by policy %s over %j: %s', (policy, connection, expected) => {
    expect(maySendOriginals(policy, connection)).toBe(expected);
  });

  it.each([
    ['wifi', 'image/jpeg', 1, 0.5, true], ['never', 'image/jpeg', 1, 0.5, false], ['always', 'image/gif', 1, 0.5, false],
    ['always', 'image/heic', ORIGINAL_BYTES_MAX, 0.2, true], ['always', 'image/heic', ORIGINAL_BYTES_MAX + 1, 0.5, false],
    ['always', 'image/jpeg', 1, 0.19, false],
  ] as const)('EV-1: kept by policy %s, %s of %d bytes, %d of the room free: %s', (policy, type, size, free, expected) => {
    expect(keepsOriginal(policy, { type, size }, free)).toBe(expected);
  });
});
