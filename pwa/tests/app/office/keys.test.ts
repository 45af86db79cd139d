import { describe, expect, it } from 'vitest';

import { keyFor, type Key, type Pressed } from '@/app/office/keys';

const keys: Key[] = ['n', '1', 'enter', 'escape', 'ctrl+k', '?'].map((key) => ({ key, says: key, act: () => undefined }));
const press = (key: string, changes: Partial<Pressed> = {}): Pressed => ({ key, isCtrl: false, isAlt: false, isTyping: false, isOnControl: false, isInDialog: false, ...changes });

describe('a key at a desk', () => {
  it.each([
    ['a single key', press('n'), true, 'n'],
    ['its capital', press('N'), true, 'n'],
    ['a single key while typing', press('n', { isTyping: true }), true, undefined],
    ['a single key when they are switched off', press('n'), false, undefined],
    ['a single key with alt', press('n', { isAlt: true }), true, undefined],
    ['any key under a dialog', press('n', { isInDialog: true }), true, undefined],
    ['Enter on a button', press('Enter', { isOnControl: true }), true, undefined],
    ['Enter elsewhere', press('Enter'), true, 'enter'],
    ['Escape while typing', press('Escape', { isTyping: true }), true, 'escape'],
    ['Escape when single keys are off', press('Escape'), false, 'escape'],
    ['a key with control while typing', press('k', { isCtrl: true, isTyping: true }), false, 'ctrl+k'],
    ['a letter nobody has', press('q'), true, undefined],
  ])('%s', (_name, pressed, isOn, found) => {
    expect(keyFor(pressed, keys, isOn)?.key).toBe(found);
  });
});
