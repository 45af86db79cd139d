/**
 * Which files does the service worker keep for the day without network?
 *
 * The worker is built after the app, as one classic script (module workers are still missing in some browsers), with
 * the list of the app's files written into it by `define`, which works on the syntax tree: replacing text in minified
 * code silently does nothing when the minifier changes the quotes.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

import { build, type Plugin, type ResolvedConfig, type Rolldown } from 'vite';

/** Parts that a first visit does not need (map, desk); kept when the page asks the worker to, after the first prime. */
const NEEDED_LATER = /\/node_modules\/maplibre-gl\/|\/src\/(features\/(team|desk|imports)|ui\/(map|desk)|app\/(office|gallery))\//;
/** An asset that no chunk names as a module of its own. */
const LATER_ASSET = /^\/assets\/maplibre-gl-worker/;
const NEVER_KEPT = /(\.map|\/sw\.js|\/sw\.js\.(br|gz))$/;

/** Every file below `folder` as an address of the site, sorted. */
function addressesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true }) as string[];
  return names
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => `/${relative('.', name).split(sep).join('/')}`)
    .filter((address) => !NEVER_KEPT.test(address))
    .sort();
}

/** A short name of exactly these bytes: another byte, another version. */
function versionOf(folder: string, addresses: readonly string[]): string {
  const hash = createHash('sha256');
  for (const address of addresses) hash.update(address).update(readFileSync(join(folder, address)));
  return hash.digest('hex').slice(0, 12);
}

/** The addresses of the chunks, with their style sheets, that hold a module needed later. */
function laterAddresses(bundle: Rolldown.OutputBundle): Set<string> {
  const chunks = Object.values(bundle).filter((part) => part.type === 'chunk');
  const later = chunks.filter((chunk) => chunk.moduleIds.some((module) => NEEDED_LATER.test(module)));
  return new Set(later.flatMap((chunk) => [chunk.fileName, ...(chunk.viteMetadata?.importedCss ?? [])].map((name) => `/${name}`)));
}

async function buildWorker(config: ResolvedConfig, later: ReadonlySet<string>): Promise<void> {
  const isLater = (address: string): boolean => later.has(address) || LATER_ASSET.test(address);
  const folder = resolve(config.root, config.build.outDir);
  const addresses = addressesIn(folder);
  if (!addresses.includes('/index.html')) throw new Error('service worker: the app was not built before its worker');
  const version = versionOf(folder, addresses);
  await build({
    configFile: false,
    root: config.root,
    logLevel: 'warn',
    publicDir: false,
    resolve: { alias: { '@': join(config.root, 'src') } },
    define: {
      __VERSION__: JSON.stringify(version),
      __KEPT_NOW__: JSON.stringify(addresses.filter((address) => !isLater(address))),
      __KEPT_LATER__: JSON.stringify(addresses.filter(isLater)),
    },
    build: {
      target: 'es2022',
      outDir: folder,
      emptyOutDir: false,
      modulePreload: false,
      rolldownOptions: {
        input: join(config.root, 'src/sw/sw.ts'),
        output: { format: 'iife', entryFileNames: 'sw.js', codeSplitting: false },
      },
    },
  });
  const script = readFileSync(join(folder, 'sw.js'), 'utf8');
  for (const mark of [version, '/index.html']) {
    if (!script.includes(mark)) throw new Error(`service worker: "${mark}" is not in sw.js, nothing would be kept`);
  }
}

/** Builds `sw.js` beside the finished app. */
export function serviceWorker(): Plugin {
  let config: ResolvedConfig | undefined;
  let later: ReadonlySet<string> = new Set();
  return {
    name: 'rounds-service-worker',
    apply: 'build',
    configResolved(resolved) {
      config = resolved;
    },
    generateBundle(_options, bundle) {
      later = laterAddresses(bundle);
    },
    async closeBundle(error) {
      // The app itself did not come to be: what is wrong with it is to be told, not that its worker is missing.
      if (error !== undefined) return;
      if (config === undefined) throw new Error('service worker: no configuration');
      await buildWorker(config, later);
    },
  };
}
