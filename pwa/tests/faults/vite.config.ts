/** Bundles the phones of the fault bench for Node: the app's own store and sync, with everything they need. */
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: { alias: { '@': here('../../src') } },
  ssr: { noExternal: true },
  build: {
    ssr: true,
    target: 'node22',
    outDir: here('../../../build/faults'),
    emptyOutDir: true,
    rolldownOptions: {
      input: { main: here('./main.ts'), phone: here('./phone.ts') },
      output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
});
