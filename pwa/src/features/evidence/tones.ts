/** Which colour has a state of review, and how is a reason that the lot wrote said? */
import type { Tone } from '@/ui/tone';

import type { VisitLine } from './api';

export const STATE_TONES: Readonly<Record<VisitLine['state'], Tone>> = {
  unreviewed: 'neutral', accepted: 'paid', questioned: 'promise', back_check: 'due',
};

const BY_LOT = /^drawn by lot \((.+)\)$/;

/** What somebody typed stands as it is; what the server wrote about a lot is said in the reader's language. */
export function sayReason(reason: string, byLot: (seed: string) => string): string {
  const seed = BY_LOT.exec(reason)?.[1];
  return seed === undefined ? reason : byLot(seed);
}
