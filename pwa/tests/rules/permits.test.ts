import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { usableLease } from '@/rules/permits';

type Name = string;
type Clock = string;

interface Vector {
  readonly name: string;
  readonly leases: readonly (readonly [id: Name, budget: Name, person: Name, channel: Name, since: Clock, until: Clock])[];
  readonly asked: readonly [budget: Name, person: Name, channel: Name, now: Clock];
  readonly expected: Name | null;
}

const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/permits.json', import.meta.url), 'utf8')) as Vector[];

const instant = (clock: Clock): string => `2026-11-24T${clock.length === 5 ? `${clock}:00` : clock}+08:00`;

describe('a contact without network', () => {
  it.each(vectors)('CO-3: $name, as on the server', ({ leases, asked: [budget, person, channel, now], expected }) => {
    const held = leases.map(([id, of, whom, by, since, until]) => ({
      id,
      budget: of,
      person: whom,
      channel: by,
      since: instant(since),
      until: instant(until),
    }));
    for (const order of [held, held.toReversed()]) {
      const found = usableLease(order, { budget, person, channel }, Date.parse(instant(now)));
      expect(found?.id).toBe(expected ?? undefined);
    }
  });
});
