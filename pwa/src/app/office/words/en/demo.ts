/** What the switch of the demo says. */
export const demo = {
  live: (pace: number) => `Demo live ×${String(pace)}`,
  still: 'Demo paused',
  liveLong: (pace: number) => `Demo is live: people act by themselves, ×${String(pace)}`,
  stillLong: 'Demo is paused: nobody acts by themselves',
  heldLong: 'Demo is held still by the operator (ROUNDS_DEMO_LIVE=0)',
};
