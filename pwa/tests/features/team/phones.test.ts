import { describe, expect, it } from 'vitest';

import { byWorry, fullPercent } from '@/features/team/phones';
import type { PhoneView } from '@/features/team/phones_api';

function phone(user_name: string, changes: Partial<PhoneView> = {}): PhoneView {
  return {
    id: user_name, user_id: user_name, user_name, label: '', registered_at: '2026-11-25T00:00:00Z', revoked_at: null, last_seen_at: null, is_on_duty: true,
    has_lock: true, health: null, worries: [], ...changes,
  };
}

const health = {
  told_at: '2026-11-25T00:00:00Z', app_version: '0.1.0', clock_offset_ms: 0, unsent_items: 0, unsent_photos: 0, oldest_unsent_at: null,
  used_bytes: 81, quota_bytes: 100, is_persistent: true, lock_method: 'pin', push: 'granted',
} as const;

describe('AD-9: the phones of a team', () => {
  it('stand with the most worries first, then by name, those out of service last', () => {
    const phones = [
      phone('Bo'), phone('Zoe', { worries: ['clock_off'] }), phone('Ann'), phone('Gus', { revoked_at: '2026-11-24T00:00:00Z' }),
      phone('Mei', { worries: ['unsent_old', 'clock_off'] }),
    ];
    expect(phones.toSorted(byWorry).map(({ user_name }) => user_name)).toEqual(['Mei', 'Zoe', 'Ann', 'Bo', 'Gus']);
  });

  it('say how full they are only where the browser tells', () => {
    expect(fullPercent(phone('Mei', { health }))).toBe(81);
    expect(fullPercent(phone('Mei', { health: { ...health, quota_bytes: 0 } }))).toBeUndefined();
    expect(fullPercent(phone('Mei', { health: { ...health, used_bytes: null } }))).toBeUndefined();
    expect(fullPercent(phone('Mei'))).toBeUndefined();
  });
});
