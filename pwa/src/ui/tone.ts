/** The meanings that have a colour of their own. A word or a shape always stands beside the colour. */
export type Tone = 'neutral' | 'accent' | 'due' | 'overdue' | 'promise' | 'paid' | 'unsent' | 'blocked';

export const TONES: readonly Tone[] = ['neutral', 'accent', 'due', 'overdue', 'promise', 'paid', 'unsent', 'blocked'];
