/** How is a piece of evidence, and what stands out in it, said in the language now spoken? */
import type { components } from '@/api/schema';

import { span } from '../say';
import { toldOf } from './told';
import { e } from './words';

type View = components['schemas']['EvidenceView'];
type Signal = components['schemas']['SignalView'];

/** Why there is nothing to show; undefined when there is. */
export function whyNot(piece: Pick<View, 'state' | 'fault' | 'is_ready'>): string | undefined {
  const words = e();
  if (piece.state === 'awaited') return words.awaited;
  if (piece.state === 'refused') return words.refused;
  if (piece.state === 'deleted') return words.deleted;
  if (piece.fault !== null) return words.damaged;
  return piece.is_ready ? undefined : words.preparing;
}

/** "Photo · Outside", "Spoken note". */
export function whatOf({ kind, scope }: Pick<View, 'kind' | 'scope'>): string {
  const words = e();
  return [words.kinds[kind] ?? kind, scope === null ? '' : (words.scopes[scope] ?? scope)].filter((part) => part !== '').join(' · ');
}

/** Seconds as people say them. */
export const sayTime = (seconds: number): string => (seconds < 60 ? e().seconds(Math.round(seconds)) : span(seconds * 1000));

/** The sentence of a signal; one that this version does not know is still named. */
export const sentenceOf = (signal: Signal): string => e().signals[signal.code] ?? signal.code.replaceAll('_', ' ');

/** The numbers behind it; '' when there are none. */
export const numbersOf = (signal: Signal): string => toldOf(signal.code, signal.detail, e().told, sayTime);
