import { globSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { date, instant } from '@/rules/gate/instants';
import { evaluate, windows } from '@/rules/gate/rules';
import { readSituation } from '@/rules/gate/schemas';
import { readSnapshot } from '@/rules/gate/snapshot';

const root = new URL('../../../', import.meta.url);
const textOf = (path: string | URL): string => readFileSync(new URL(path, root), 'utf8');
const law = globSync('*.json', { cwd: new URL('backend/compliance/law/', root) }).toSorted();

// The phone does not reckon hashes; any that looks like one will do here.
const held = law.map((file) => ({ pack: JSON.parse(textOf(`backend/compliance/law/${file}`)) as object, sha256: '0'.repeat(64) }));
const told = { packs: held, zones: JSON.parse(textOf('tests/vectors/zones.json')) as unknown, expires_at: '2026-12-01T00:00:00Z' };
const { packs, zones } = readSnapshot(told);

interface Vector {
  readonly id: string;
  readonly situation: unknown;
  readonly expect: Readonly<Record<string, unknown>> & { readonly rule_ids_include?: readonly string[] };
}

const vectors = textOf('tests/vectors/gate.jsonl').trim().split('\n').map((line) => JSON.parse(line) as Vector);

describe('the worked cases of the law come out as written, as on the server', () => {
  it.each(vectors)('$id', ({ situation, expect: { rule_ids_include: named = [], ...expected } }) => {
    const verdict = evaluate(readSituation(situation), packs, zones);
    expect(verdict.rule_ids).toEqual(expect.arrayContaining([...named]));
    expect(verdict).toMatchObject(expected);
  });
});

const shanghai = { now: '2026-11-23T21:59:59+08:00', action: { channel: 'sms' }, person: { zones: ['Asia/Shanghai'] }, history: [], packs: ['CN'], collector: { kind: 'lender', registered_caller_id: true } };
const judged = (changes: object): ReturnType<typeof evaluate> => evaluate(readSituation({ ...shanghai, ...changes }), packs, zones);

describe('what is unknown fails closed', () => {
  it('so does a zone that the tables lack, though the browser may know it', () => {
    for (const zone of ['Pacific/Apia', 'Nowhere/Town', 'constructor', '__proto__']) {
      expect(judged({ person: { zones: ['Asia/Shanghai', zone] } })).toMatchObject({ decision: 'BLOCK', rule_ids: ['GEN-FAIL-TZ'], earliest_allowed_at: null });
    }
  });

  it('so does a history or content that nobody knows', () => {
    expect(judged({ history: null, content: null }).rule_ids).toEqual(['GEN-FAIL-CONTENT', 'GEN-FAIL-HISTORY']);
  });

  it('so does a snapshot at its expiry, and one of unknown expiry; a photo is taken all the same', () => {
    const { now } = shanghai;
    expect(judged({ snapshot_expires_at: '2026-11-23T22:00:00+08:00' }).decision).toBe('ALLOW');
    for (const snapshot_expires_at of [now, null]) {
      expect(judged({ snapshot_expires_at }).rule_ids).toEqual(['GEN-FAIL-PACK']);
      expect(judged({ snapshot_expires_at, action: { channel: 'photo', photo_of: 'document' } }).decision).toBe('ALLOW');
    }
  });
});

describe('windows', () => {
  it('are the whole minutes of a local day in which the contact is allowed', () => {
    expect(windows(readSituation(shanghai), packs, zones, '2026-11-24')).toEqual([{ start: '2026-11-24T08:00:00+08:00', end: '2026-11-24T22:00:00+08:00' }]);
    expect(windows(readSituation({ ...shanghai, history: null }), packs, zones, '2026-11-24')).toEqual([]);
    expect(() => windows(readSituation(shanghai), packs, zones, '2026-11-31')).toThrow('a date');
  });
});

describe('a situation that nobody could have meant is refused', () => {
  it.each<[string, object]>([
    ['unknown field bages - at $.collector', { collector: { bages: true } }],
    ['unknown field __proto__ - at $', JSON.parse('{"__proto__": 1}') as object],
    ['one of call,', { action: { channel: 'pigeon' } }],
    ['an instant with its offset', { now: '2026-11-23T21:59:59' }],
    ['a list of 1 to 1000 - at $.debts', { debts: [] }],
    ['a list of 1 to 1000 - at $.action.debts', { action: { channel: 'sms', debts: [] } }],
    ['a list - at $.debts', { debts: null }],
    ['a number from 0 to 1440 - at $.action.planned_minutes', { action: { channel: 'visit', planned_minutes: 1441 } }],
    ['a number from 1 to 100', { action: { channel: 'visit', headcount: 0 } }],
    ['a whole number', { action: { channel: 'visit', planned_minutes: 1.5 } }],
    ['true or false - at $.action.autodialled', { action: { channel: 'sms', autodialled: 1 } }],
    ['an object - at $.person', { person: null }],
    ['a text of 1 to 200 characters - at $.history[0].to', { history: [{ at: '2026-11-23T00:00:00Z', kind: 'attempt', to: '' }] }],
    ['a text - at $.action.to', { action: { channel: 'sms', to: '\ud800' } }],
    ['a text like', { agreements: [{ kind: 'hours', start: '8:00', end: '09:00' }] }],
    ['a text like', { agreements: [{ kind: 'hours', start: '08:00', end: '24:00\n' }] }],
    ['a number from 1 to 7 - at $.agreements[0].days[0]', { agreements: [{ kind: 'call', days: [0] }] }],
    ['hours begin before they end, inside one day: 22:00 to 08:00 - at $.agreements[0]', { agreements: [{ kind: 'preference', start: '22:00', end: '08:00' }] }],
    ['need start and end', { agreements: [{ kind: 'hours', start: '22:00' }] }],
    ['two of them have one id - at $.debts', { debts: [{ id: 'd' }, { id: 'd' }] }],
    ['names no debt of this situation: e - at $.action.debts', { debts: [{ id: 'd' }], action: { channel: 'sms', debts: ['e', 'd'] } }],
    ['now lies in the years 1990 to 2099', { now: '1990-01-01T00:00:00+08:00' }],
    ['now lies in the years 1990 to 2099', { now: '2100-01-01T00:00:00Z' }],
    ['missing - at $.status[0].kind', { status: [{}] }],
    ['a date', { holidays: ['2026-02-29'] }],
    ['a list of 0 to 50', { packs: Array.from({ length: 51 }, () => 'CN') }],
  ])('%s', (message, changes) => {
    expect(() => readSituation({ ...shanghai, ...changes })).toThrow(message);
  });

  it('a text is as long as its characters', () => {
    expect(readSituation({ ...shanghai, action: { channel: 'sms', to: '😀'.repeat(200) } }).action.to).toHaveLength(400);
    expect(() => readSituation({ ...shanghai, action: { channel: 'sms', to: '😀'.repeat(201) } })).toThrow('1 to 200');
  });
});

describe('an instant', () => {
  it.each([
    ['2026-11-23T22:00:00Z', 1795471200000000],
    ['2026-11-23 22:00:00z', 1795471200000000],
    ['2026-11-23t22:00:00+0800', 1795442400000000],
    ['2026-11-23T22:00:00-00:30', 1795473000000000],
    ['2026-11-23T22:00:00.5Z', 1795471200500000],
    ['2026-11-23T22:00:00.1234564Z', 1795471200123456],
    ['2026-11-23T22:00:00.1234565Z', 1795471200123457],
    ['2026-12-31T23:59:59.9999999Z', 1798761600000000],
    ['1969-12-31T23:59:59Z', -1000000],
    ['2024-02-29T00:00:00Z', 1709164800000000],
  ])('%s is read as the server reads it', (written, micros) => {
    expect(instant(written, '$')).toBe(micros);
  });

  it.each([
    '2026-11-23T22:00Z', '2026-11-23T22:00:00', '2026-11-23T22:00:00.Z', '2026-11-23T22:00:00+08', '2026-11-23T22:00:00+24:00', '2026-11-23T24:00:00Z',
    '2026-11-23T23:59:60Z', '2026-02-29T00:00:00Z', '0000-01-01T00:00:00Z', '2026-11-23T22:00:00Z\n', '2026-13-01T00:00:00Z', '9999-12-31T23:59:59.9999999Z', '',
  ])('"%s" is none', (written) => {
    expect(() => instant(written, '$')).toThrow('an instant');
  });

  it('a date is a day of the calendar', () => {
    expect([date('1970-01-01', '$'), date('2000-03-01', '$'), date('1900-03-01', '$')]).toEqual([0, 11_017, -25_508]);
    expect(() => date('1900-02-29', '$')).toThrow('a date');
  });
});

describe('a snapshot', () => {
  it('with a law that this app does not understand in full is refused', () => {
    const [first] = held;
    const withField = (changes: object): unknown => ({ ...told, packs: [{ ...first, pack: { ...first?.pack, ...changes } }] });
    expect(() => readSnapshot(withField({ rules: [{ id: 'CN-X-01', kind: 'window', breaks: { moon: 'full' } }] }))).toThrow('unknown field moon - at $.packs[0].pack.rules[0].breaks');
    expect(() => readSnapshot(withField({ rules: [{ id: 'CN-X-01', kind: 'tide' }] }))).toThrow('one of window');
    expect(() => readSnapshot(withField({ rules: [{ id: 'CN-X-01', kind: 'window', when: { channels: ['pigeon'] } }] }))).toThrow('when.channels[0]');
    expect(() => readSnapshot(withField({ rules: [{ id: 'CN-X-01', kind: 'licence', breaks: { any: [{ missing: ['halo'] }] } }] }))).toThrow('breaks.any[0].missing[0]');
    expect(() => readSnapshot({ ...told, zones: { 'Asia/Shanghai': { starts: [2, 1], offsets: [0, 0] } } })).toThrow('rising starts');
  });
});

it('nothing of the first chunk loads the gate: it is imported when it is asked', () => {
  // What vite.config.ts keeps apart comes with the screens that judge, and after a round.
  const apart = /^src\/(rules\/(gate\/|contact\.)|(sync|store)\/gate\.|app\/gate\/|features\/)/;
  const files = globSync('src/**/*.{ts,svelte}', { cwd: new URL('pwa/', root) }).filter((file) => !apart.test(file));
  const loading = files.filter((file) => /^import (?!type\b)[^;]*(rules\/(gate\/|contact')|sync\/gate'|app\/gate\/|\.\/gate\/)/m.test(textOf(`pwa/${file}`)));
  expect(files).toContain('src/app/syncing.svelte.ts');
  expect(loading).toEqual([]);
  for (const part of ['rules\\/(gate|contact|permits)', '(sync|store)\\/gate']) expect(textOf('pwa/vite.config.ts')).toContain(part);
});
