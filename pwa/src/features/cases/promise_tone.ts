/** Which meaning has a promise in each of its states? */
import type { Tone } from '@/ui/tone';

const TONES: Readonly<Record<string, Tone>> = {
  kept: 'paid', broken: 'overdue', part_kept: 'due', due_today: 'due', disputed: 'due', cancelled: 'neutral', superseded: 'neutral',
};

export function promiseTone(state: string): Tone {
  return TONES[state] ?? 'promise';
}
