/** Bundles the gate for Node, so that the server's gate can be held against it (tests/backend/compliance/test_twin.py). */
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: { alias: { '@': here('../../../src') } },
  ssr: { noExternal: true },
  build: {
    ssr: true,
    target: 'node22',
    outDir: here('../../../../build/gate_twin'),
    emptyOutDir: true,
    rolldownOptions: { input: { main: here('./main.ts') }, output: { entryFileNames: '[name].mjs' } },
  },
});
