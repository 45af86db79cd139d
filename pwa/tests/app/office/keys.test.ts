import { describe, expect, it } from 'vitest';

import { keyFor, nameOf, type Key, type Press, type Pressed } from '@/app/office/keys';

const keys: Key[] = ['n', '1', 'enter', 'escape', 'ctrl+k', 'alt+n', 'f2', '?'].map((key) => ({ id: key, key, says: key, act: () => undefined }));
const press = (name: string, changes: Partial<Pressed> = {}): Pressed => ({ name, isTyping: false, isOnControl: false, isInDialog: false, ...changes });
const event = (key: string, changes: Partial<Press> = {}): Press => ({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, isComposing: false, ...changes });

describe('a key at a desk', () => {
  it.each([
    ['a single key', press('n'), true, 'n'],
    ['a single key while typing', press('n', { isTyping: true }), true, undefined],
    ['a single key when they are switched off', press('n'), false, undefined],
    ['any key under a dialog', press('n', { isInDialog: true }), true, undefined],
    ['Enter on a button', press('enter', { isOnControl: true }), true, undefined],
    ['Enter elsewhere', press('enter'), true, 'enter'],
    ['Escape while typing', press('escape', { isTyping: true }), true, 'escape'],
    ['Escape when single keys are off', press('escape'), false, 'escape'],
    ['a key with control while typing', press('ctrl+k', { isTyping: true }), false, 'ctrl+k'],
    ['a key with alt when single keys are off', press('alt+n', { isTyping: true }), false, 'alt+n'],
    ['a function key when single keys are off', press('f2'), false, 'f2'],
    ['a letter nobody has', press('q'), true, undefined],
  ])('%s', (_name, pressed, isOn, found) => {
    expect(keyFor(pressed, keys, isOn)?.key).toBe(found);
  });
});

describe('the name of a press', () => {
  it.each([
    ['a letter', event('n'), 'n'],
    ['its capital', event('N'), 'n'],
    ['with control', event('k', { ctrlKey: true }), 'ctrl+k'],
    ['with the command key', event('k', { metaKey: true }), 'ctrl+k'],
    ['with alt, where the keyboard makes another sign of it', event('˜', { altKey: true, code: 'KeyN' }), 'alt+n'],
    ['with AltGr', event('@', { ctrlKey: true, altKey: true }), undefined],
    ['a held key alone', event('Shift'), undefined],
    ['the wide question mark of a Chinese input method', event('?'), '?'],
    ['the wide slash', event('/'), '/'],
    ['a letter that an input method composes', event('n', { isComposing: true }), undefined],
    ['a press that an input method has taken', event('Process'), undefined],
  ])('%s', (_name, pressed, name) => {
    expect(nameOf(pressed)).toBe(name);
  });
});
