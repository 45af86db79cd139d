import { describe, expect, it } from 'vitest';

import { readKeymap, refusalOf, sayKey, swapped, withKey, withKeymap, withoutKeys } from '@/app/office/keymap';
import type { Key } from '@/app/office/keys';

const key = (id: string, name: string): Key => ({ id, key: name, says: id, act: () => undefined });
const keys = [key('desk.next', 'n'), key('desk.call', 'c'), key('desk.anything', 'ctrl+k'), key('desk.leave', 'escape')];
const keysOf = (map: Record<string, string>): string[] => withKeymap(keys, map).map((one) => one.key);

describe('the map of keys', () => {
  it('changes what was chosen and leaves the rest; Escape stays Escape', () => {
    expect(keysOf({})).toEqual(['n', 'c', 'ctrl+k', 'escape']);
    expect(keysOf({ 'desk.next': 'm', 'desk.leave': 'q', 'team.board': 'x' })).toEqual(['m', 'c', 'ctrl+k', 'escape']);
  });

  it.each([
    ['a free letter', 'm', undefined],
    ['its own key', 'n', undefined],
    ['a sign', ';', undefined],
    ['a function key', 'f2', undefined],
    ['a letter with alt', 'alt+n', undefined],
    ['the key of another action', 'c', 'taken'],
    ['the same with control', 'ctrl+k', 'taken'],
    ['copying', 'ctrl+c', 'reserved'],
    ['a new window', 'ctrl+n', 'reserved'],
    ['reloading', 'f5', 'reserved'],
    ['closing the window', 'alt+f4', 'reserved'],
    ['space, which presses buttons', ' ', 'reserved'],
    ['Escape', 'escape', 'reserved'],
    ['an arrow', 'arrowup', 'unfit'],
    ['a Chinese sign', '你', 'unfit'],
  ])('%s', (_name, wanted, why) => {
    expect(refusalOf(wanted, 'desk.next', keys)?.why).toBe(why);
  });

  it('a conflict names the other action, as the keys are now', () => {
    const now = withKeymap(keys, { 'desk.call': 'm' });
    expect(refusalOf('m', 'desk.next', now)).toMatchObject({ why: 'taken', by: { id: 'desk.call' } });
    expect(refusalOf('c', 'desk.next', now)).toBeUndefined();
  });

  it('two actions change their keys, and no key is lost', () => {
    const [next, call] = withKeymap(keys, { 'desk.call': 'm' });
    if (next === undefined || call === undefined) throw new Error('two keys');
    expect(keysOf(swapped({ 'desk.call': 'm' }, next, call))).toEqual(['m', 'n', 'ctrl+k', 'escape']);
  });

  it('is taken back for one screen only', () => {
    expect(withoutKeys(withKey({ 'team.board': 'x' }, 'desk.next', 'm'), keys)).toEqual({ 'team.board': 'x' });
  });

  it.each([
    [null, {}],
    ['not json', {}],
    ['[1, 2]', {}],
    ['{"desk.next": 7}', {}],
    ['{"desk.next": "m", "desk.call": "ctrl+w", "desk.up": "nonsense"}', { 'desk.next': 'm' }],
  ])('what is kept is read with care: %s', (kept, read) => {
    expect(readKeymap(kept)).toEqual(read);
  });

  it.each([['n', 'N'], ['ctrl+k', 'Ctrl K'], ['alt+enter', 'Alt Enter'], ['?', '?'], ['+', '+'], ['alt++', 'Alt +'], ['f2', 'F2']])('%s is drawn as %s', (name, drawn) => {
    expect(sayKey(name)).toBe(drawn);
  });
});
