/** Does the server want a second step before it gives anything? Said above every screen, never in the way of the work. */
import { whenOwed } from '@/api/http';

export type Owed = 'identity.code_owed' | 'identity.factor_owed';

let owed = $state<Owed | undefined>(undefined);

export function owing(): Owed | undefined {
  return owed;
}

export function owe(what: Owed | undefined): void {
  owed = what;
}

/** Listens to what the server says for as long as the app is open. */
export function startOwing(): void {
  whenOwed(owe);
}
