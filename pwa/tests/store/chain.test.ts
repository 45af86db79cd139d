import 'fake-indexeddb/auto';

import { describe, expect, it } from 'vitest';

import { fromBase64, sha256Hex } from '@/lib/hash';
import { newId } from '@/lib/ids';
import { canonical, signNext, type Facts } from '@/store/chain';
import type { Device } from '@/store/device';

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

function facts(): Facts {
  return {
    kind: 'photo', evidence_id: newId(), case_id: newId(), visit_id: newId(), user_id: newId(), scope: 'outside', source: 'camera', sha256: 'a'.repeat(64),
    original_sha256: 'b'.repeat(64), size: 1, original_size: 2, media_type: 'image/jpeg', taken_at: '2026-11-24T01:05:00.000Z', monotonic_ms: 5,
    clock_offset_ms: null, place: { lat_e7: 302_500_000, lon_e7: 1_201_500_000, accuracy_m: 12, age_ms: 900 }, after: null,
  };
}

async function device(): Promise<Device> {
  return { id: newId(), keys: await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']) };
}

describe('canonical JSON', () => {
  it.each([
    [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'], [{ Z: 1, a: 2, 'é': 3 }, '{"Z":1,"a":2,"é":3}'],
    ['王"\n\u0001', '"王\\"\\n\\u0001"'], [-0, '0'], [[], '[]'], [{}, '{}'],
  ])('%j has one text', (value, text) => {
    expect(canonical(value)).toBe(text);
  });

  it.each([1.5, Number.NaN, 2 ** 53])('does not sign %d', (value) => {
    expect(() => canonical({ value })).toThrow('whole numbers');
  });
});

describe('the chain of a device', () => {
  it('EV-2: numbers its manifests, names the one before by its hash, and signs each', async () => {
    const own = await device();
    let previous = '0'.repeat(64);
    for (const number of [1, 2, 3]) {
      const { manifest, signature } = await signNext(own, facts());
      expect(JSON.parse(manifest)).toMatchObject({ v: 1, kind: 'photo', device_id: own.id, number, previous });
      expect(canonical(JSON.parse(manifest))).toBe(manifest);
      const isSigned = await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, own.keys.publicKey, fromBase64(signature), bytes(manifest));
      expect([isSigned, signature.length]).toEqual([true, 88]);
      previous = await sha256Hex(bytes(manifest).buffer);
    }
  });

  it('stays one chain when two tabs sign at once', async () => {
    const own = await device();
    const all = await Promise.all([1, 2, 3, 4].map(() => signNext(own, facts())));
    const read = all.map(({ manifest }) => JSON.parse(manifest) as { number: number; previous: string }).toSorted((one, other) => one.number - other.number);
    expect(read.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(new Set(read.map(({ previous }) => previous)).size).toBe(4);
  });

  it('is another one for another device', async () => {
    const { manifest } = await signNext(await device(), facts());
    expect(JSON.parse(manifest)).toMatchObject({ number: 1, previous: '0'.repeat(64) });
  });
});
