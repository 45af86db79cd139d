/** How the phone app is built, served while developing, and tested. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

import { iconsAndManifest } from './build/icons.ts';
import { serviceWorker } from './build/service_worker.ts';

const source = fileURLToPath(new URL('./src', import.meta.url));
const line = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8').trim();
const headers = { 'Content-Security-Policy': line('./csp.txt'), 'Permissions-Policy': line('./permissions-policy.txt') };
// Where `rounds serve` listens while somebody works on the app with `npm run dev`.
const backend = process.env['ROUNDS_BACKEND'] ?? 'http://localhost:8400';

const CORE = /\/src\/(app|ui|store|sync|lib|rules|api)\/|\/openapi\/|\/node_modules\/(svelte|idb|lucide|esm-env|clsx)\//;
const APART = /\/src\/(rules\/(gate|contact|permits)|(sync|store)\/gate|app\/(i18n\/(en|zh)|evidence|gallery|gate|forms|office|recording|signatures)|ui\/(map|desk))[/.]/;

function isCore(module: string): boolean {
  return CORE.test(module) && !APART.test(module);
}

export default defineConfig({
  resolve: { alias: { '@': source } },
  plugins: [svelte(), iconsAndManifest(), serviceWorker()],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    // A data: URL for a font or picture would need another door in the content policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        // What every screen of the field needs comes as one file: forty small ones cost a slow phone half a second at
        // each start. What only some screens need (forms, maps, the desk) stays apart.
        codeSplitting: { groups: [{ name: 'core', test: isCore }] },
      },
    },
  },
  worker: { format: 'es' },
  server: { proxy: { '/v1': backend } },
  preview: { headers, proxy: { '/v1': backend } },
  test: { include: ['tests/**/*.test.ts'], environment: 'node', pool: 'threads' },
});
