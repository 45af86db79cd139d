/** Which colour has a state of review? */
import type { Tone } from '@/ui/tone';

import type { VisitLine } from './api';

export const STATE_TONES: Readonly<Record<VisitLine['state'], Tone>> = {
  unreviewed: 'neutral', accepted: 'paid', questioned: 'promise', back_check: 'due',
};
