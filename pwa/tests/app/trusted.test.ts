import { expect, it } from 'vitest';

import { ownScript } from '@/app/trusted';

const site = { origin: 'https://rounds.example', isDevelopment: false };

it.each(['/sw.js', '/assets/photo-1a2B.js', 'https://rounds.example/assets/maplibre-gl-worker-x.mjs'])('lets %s run', (address) => {
  expect(ownScript(address, site)).toBe(address);
});

it.each(['/evil.js', '//other.example/sw.js', 'data:text/javascript,1', 'blob:https://rounds.example/1', '/assets/../v1/x.js', '/src/app/main.ts'])(
  'refuses %s', (address) => {
    expect(() => ownScript(address, site)).toThrow('not one of our scripts');
  },
);
