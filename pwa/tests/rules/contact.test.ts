import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { judgeContact, leaseFor, type ContactFacts, type Kept } from '@/rules/contact';
import type { Deed } from '@/rules/fold';
import { readSnapshot } from '@/rules/gate/snapshot';

const LAW = new URL('../../../backend/compliance/law/', import.meta.url);
const packs = readdirSync(LAW).map((name) => ({ pack: JSON.parse(readFileSync(new URL(name, LAW), 'utf8')) as unknown, sha256: '0'.repeat(64) }));
const zones = { 'Asia/Shanghai': { starts: [0], offsets: [8 * 3_600_000_000] } };

const at = (clock: string): string => `2026-11-24T${clock}:00+08:00`;
const when = (clock: string): Date => new Date(at(clock));
const law = readSnapshot({ packs, zones, expires_at: '2026-11-26T00:00:00+08:00' });

function facts(channel: 'call' | 'visit', more: Record<string, unknown> = {}): ContactFacts {
  const situation = { jurisdiction: 'CN', action: { channel, to: 'n1', headcount: 2 }, person: { id: 'obligor', zones: ['Asia/Shanghai'] }, history: [], ...more };
  return { case_id: 'c1', budget: 'o1', channel, to_id: 'n1', situation } as unknown as ContactFacts;
}

function kept(contacts: readonly ContactFacts[], leases = 5): Kept {
  const collector = { kind: 'lender', recording: true, registered_caller_id: true, badge: true, authorisation: true, certified: true, listed: true, details_sent: true };
  const lease = (channel: 'call' | 'visit', n: number) => ({ id: `${channel}${String(n)}`, budget: 'o1', person: 'obligor', channel, since: at('08:00'), until: at('20:00') });
  const all = [...Array(leases).keys()].flatMap((n) => [lease('call', n), lease('visit', n)]);
  return { gate: { at: at('08:30'), collector: collector as unknown as Kept['gate']['collector'], contacts, leases: all }, law };
}

function call(clock: string, changes: { readonly party?: string; readonly result?: string; readonly permit?: string; readonly state?: Deed['state']; readonly answered?: string | null } = {}): Deed {
  const { party = 'obligor', result = 'RPC_REFUSED', permit = null, state = 'saved', answered = null } = changes;
  const body = { id: `b${clock}`, case_id: 'c1', contact_point_id: 'n1', started_at: at(clock), ended_at: at(clock), result, party, paid_minor: null, promise: null, note: '', next_step: null, next_on: null, permit_id: permit };
  return { id: `m${clock}`, state, occurred_at: at(clock), answered_at: answered, act: { kind: 'call.record', body } };
}

const THREE = [call('09:00'), call('10:00'), call('11:00')];

describe('a contact judged on the phone', () => {
  it.each([
    ['inside the hours with a lease', [], '09:30', 5, 'may', null],
    ['CO-3: own calls without network count', THREE, '12:00', 5, 'wait', at('08:00').replace('24T', '25T')],
    ['two of them do not fill the day', THREE.slice(1), '12:00', 5, 'may', null],
    ['what the server knows already is not counted twice', THREE.map((one): Deed => ({ ...one, state: 'accepted', answered_at: at('08:00') })), '12:00', 5, 'may', null],
    ['a call that reached nobody is an attempt', [call('09:00', { party: 'nobody', result: 'NO_ANSWER' }), ...THREE.slice(1)], '12:00', 5, 'may', null],
    ['N2: lawful, and no lease left', [], '09:30', 0, 'spent', null],
    ['N2: the last lease was spent by a call', [call('09:00', { permit: 'call0' })], '09:30', 1, 'spent', null],
    ['a lease has not begun before the hours', [], '07:59', 5, 'wait', at('08:00')],
    ['N2: a lease that ran out is none', [], '20:00', 5, 'spent', null],
    ['N10: a result that stops contact stops it here at once', [call('09:00', { result: 'RPC_COMPLAINT' })], '09:30', 5, 'not', null],
  ] as const)('%s', (_, deeds, clock, leases, face, opens_at) => {
    const judged = judgeContact(kept([], leases), facts('call'), deeds, when(clock));
    expect({ face: judged.face, opens_at: judged.opens_at }).toEqual({ face, opens_at });
  });

  it('N10: a freeze that came with a pull holds a lawful hour back, in the words of the law', () => {
    const frozen = facts('call', { status: [{ kind: 'freeze', from: at('08:00') }] });
    const judged = judgeContact(kept([]), frozen, [], when('09:30'));
    expect(judged.face).toBe('not');
    expect(judged.rules.map(({ id }) => id)).toContain('GEN-FREEZE-01');
    expect(judged.rules.every(({ zh, en }) => zh !== '' && en !== '')).toBe(true);
    expect(judged.as_of).toBe(at('08:30'));
  });

  it.each([
    ['an expired law', kept([]), facts('call'), new Date('2026-11-26T09:00:00+08:00'), 'not'],
    ['no law', { ...kept([]), law: undefined }, facts('call'), when('09:30'), 'unknown'],
    ['nothing told', undefined, facts('call'), when('09:30'), 'unknown'],
    ['a number that the server did not tell', kept([]), undefined, when('09:30'), 'unknown'],
    ['a history that nobody knows', kept([]), facts('call', { history: null }), when('09:30'), 'not'],
  ] as const)('N1: %s fails closed', (_, held, of, now, face) => {
    expect(judgeContact(held, of, [], now).face).toBe(face);
  });

  it('a call that was taken back is none', () => {
    const back: Deed = { id: 'w', state: 'saved', occurred_at: at('11:01'), answered_at: null, act: { kind: 'record.withdraw', body: { target_kind: 'call', target_id: 'b11:00' } } };
    expect(judgeContact(kept([]), facts('call'), [...THREE, back], when('12:00')).face).toBe('may');
  });

  it('N2: what a contact spends is a lease of its own way that nobody spent', () => {
    const { gate } = kept([]);
    expect(leaseFor(gate, facts('visit'), [], when('09:30').getTime())?.id).toBe('visit0');
    expect(leaseFor(gate, facts('call'), [call('09:00', { permit: 'call0' })], when('09:30').getTime())?.id).toBe('call1');
  });
});
