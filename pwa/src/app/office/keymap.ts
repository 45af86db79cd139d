/** Which key does an action have here? The key a screen suggests, or the one that somebody chose on this browser. */
import * as v from 'valibot';

import type { Key } from './keys';

/** The chosen keys by the name of the action; what is not in it has the key its screen suggests. */
export type Keymap = Readonly<Record<string, string>>;

/** Why a key cannot be given: it belongs to another action, to the browser, or is no key that can be pressed alone. */
export type Refusal = { readonly why: 'taken'; readonly by: Key } | { readonly why: 'reserved' | 'unfit' };

const keymapSchema = v.fallback(v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string())), {});

/** The kept map; what cannot be read gives the suggested keys. */
export function readKeymap(kept: string | null): Keymap {
  const read = v.parse(keymapSchema, kept ?? '{}');
  return Object.fromEntries(Object.entries(read).filter(([, key]) => faultOf(key) === undefined));
}

/** The keys of a screen as they are here. */
export function withKeymap(keys: readonly Key[], map: Keymap): readonly Key[] {
  return keys.map((key) => (isFixed(key) ? key : { ...key, key: map[key.id] ?? key.key }));
}

/** Escape always leads out; no other key may take its place. */
export function isFixed(key: Key): boolean {
  return key.key === 'escape';
}

/** Keys with control that every field and browser has already; taking them would take copy, undo or the tab away. */
const OF_THE_BROWSER = new Set([...'acvxzynwtrlpfshjquod0123456789+-='].map((letter) => `ctrl+${letter}`));
const FUNCTION_KEYS = new Set(['f2', 'f3', 'f4', 'f6', 'f7', 'f8', 'f9', 'f10']);

function faultOf(key: string): 'reserved' | 'unfit' | undefined {
  if (OF_THE_BROWSER.has(key)) return 'reserved';
  const bare = key.replace(/^(?:ctrl|alt)\+/, '');
  if (bare === 'enter' || FUNCTION_KEYS.has(key)) return undefined;
  if (['escape', 'tab', ' '].includes(bare) || /^f\d+$/.test(bare)) return 'reserved';
  return /^[!-~]$/.test(bare) && bare === bare.toLowerCase() ? undefined : 'unfit';
}

/** Why `wanted` cannot be the key of the action, or undefined: `keys` are those of the screen as they are now. */
export function refusalOf(wanted: string, id: string, keys: readonly Key[]): Refusal | undefined {
  const fault = faultOf(wanted);
  if (fault !== undefined) return { why: fault };
  const by = keys.find((key) => key.key === wanted && key.id !== id);
  return by === undefined ? undefined : { why: 'taken', by };
}

/** The map with another key for one action. */
export function withKey(map: Keymap, id: string, key: string): Keymap {
  return { ...map, [id]: key };
}

/** The map after two actions changed their keys. */
export function swapped(map: Keymap, one: Key, other: Key): Keymap {
  return { ...map, [one.id]: other.key, [other.id]: one.key };
}

/** The map without what was chosen for these actions; those of other screens stay. */
export function withoutKeys(map: Keymap, keys: readonly Key[]): Keymap {
  const ids = new Set(keys.map((key) => key.id));
  return Object.fromEntries(Object.entries(map).filter(([id]) => !ids.has(id)));
}

/** A key as it is drawn on a keyboard: N, Ctrl K, Enter, ?. */
export function sayKey(key: string): string {
  return key.split(/(?<=.)\+(?=.)/).map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join(' ');
}
