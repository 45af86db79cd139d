/** Which keys were chosen on this browser? One map for all desk screens, kept here and nowhere else. */
import { readKeymap, type Keymap } from './keymap';

const KEPT_AS = 'rounds.keymap';

let map = $state.raw<Keymap>(readKeymap(localStorage.getItem(KEPT_AS)));

export function keymap(): Keymap {
  return map;
}

export function keepKeymap(wanted: Keymap): void {
  map = wanted;
  localStorage.setItem(KEPT_AS, JSON.stringify(wanted));
}
