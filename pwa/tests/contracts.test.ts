import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = globSync('src/**/*.{ts,svelte}', { cwd: root }).map((file) => ({ file, text: readFileSync(`${root}/${file}`, 'utf8') }));

/** What each file imports, as a path from src or the name of a package. */
const imports = files.flatMap(({ file, text }) =>
  [...text.matchAll(/(?:from|import) '([^']+)'|import\('([^']+)'\)/g)].map((match) => {
    const wanted = match[1] ?? match[2] ?? '';
    const path = wanted.startsWith('.') ? new URL(wanted, `file:///${file}`).pathname.slice(5) : wanted.replace(/^@\//, '');
    return { file, path };
  }),
);
const areaOf = (path: string): string => path.replace(/^src\//, '').split('/')[0] ?? '';
const featureOf = (path: string): string | undefined => /^(?:src\/)?features\/([^/]+)/.exec(path)?.[1];

const broken = (isBroken: (file: string, path: string) => boolean): string[] =>
  imports.filter(({ file, path }) => isBroken(file, path)).map(({ file, path }) => `${file} -> ${path}`);

it('store, sync, rules, sw, api and lib know no framework, no component and no feature', () => {
  const plain = new Set(['store', 'sync', 'rules', 'sw', 'api', 'lib']);
  expect(broken((file, path) => plain.has(areaOf(file)) && (/^svelte/.test(path) || ['ui', 'app', 'features'].includes(areaOf(path))))).toEqual([]);
});

it('features do not import each other', () => {
  expect(broken((file, path) => featureOf(file) !== undefined && featureOf(path) !== undefined && featureOf(file) !== featureOf(path))).toEqual([]);
});

it('components know neither the store nor the server nor a feature', () => {
  expect(broken((file, path) => areaOf(file) === 'ui' && ['store', 'sync', 'api', 'app', 'features'].includes(areaOf(path)))).toEqual([]);
});

it('screens of the field reach the server only through sync; signing in, and screens of desks, which are online, may ask', () => {
  const allowed = new Set(['login', 'lock', 'team', 'desk', 'evidence', 'imports', 'law', 'quality', 'robots']);
  const asks = broken((file, path) => featureOf(file) !== undefined && !allowed.has(featureOf(file) ?? '') && path === 'api/http');
  expect(asks).toEqual([]);
  expect(files.filter(({ file, text }) => /\bfetch\(/.test(text) && !/^src\/(api|sw|ui\/map)\//.test(file)).map(({ file }) => file)).toEqual([]);
});

it('only the tokens name a colour', () => {
  const named = files.filter(({ file, text }) => file.endsWith('.svelte') && /[:\s]#[0-9a-f]{3,8}\b|\brgba?\(/i.test(text.slice(text.indexOf('<style'))));
  expect(named.map(({ file }) => file)).toEqual([]);
});

it('no file is longer than 400 lines and each says what it answers', () => {
  const written = files.filter(({ file }) => !file.endsWith('.d.ts'));
  expect(written.filter(({ text }) => text.split('\n').length > 401).map(({ file }) => file)).toEqual([]);
  const silent = files.filter(({ file, text }) => !/^(\/\*\*|<!--)/.test(text) && !/\/i18n\/zh\//.test(file) && !file.endsWith('.d.ts'));
  expect(silent.map(({ file }) => file)).toEqual([]);
});

const FUNCTION_LINES_MAX = 60;

/** The scripts of a file with the line before each: all of a module, what stands in the script tags of a component. */
function scriptsOf(file: string, text: string): { readonly code: string; readonly before: number }[] {
  if (!file.endsWith('.svelte')) return [{ code: text, before: 0 }];
  return [...text.matchAll(/<script[^>]*>([^]*?)<\/script>/g)].map((match) => ({ code: match[1] ?? '', before: text.slice(0, match.index).split('\n').length - 1 }));
}

/** The functions of a script that are longer than a screen; blank lines do not count, comments do. */
function longIn(file: string, { code, before }: { readonly code: string; readonly before: number }): string[] {
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const lines = node.getText(source).split('\n').filter((line) => line.trim() !== '').length;
      if (lines > FUNCTION_LINES_MAX) found.push(`${file}:${String(source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1 + before)}: ${String(lines)} lines`);
    }
    ts.forEachChild(node, look);
  };
  look(source);
  return found;
}

it('no function is longer than 60 lines, in modules and in the scripts of components', () => {
  // A component's script is no function: the cap of the file holds for it.
  expect(files.filter(({ file }) => !file.endsWith('.d.ts')).flatMap(({ file, text }) => scriptsOf(file, text).flatMap((script) => longIn(file, script)))).toEqual([]);
});

it('a function that is too long is found', () => {
  const long = `function far() {\n${'  go();\n'.repeat(59)}}\n`;
  expect(longIn('a.ts', { code: long, before: 0 })).toEqual(['a.ts:1: 61 lines']);
  expect(scriptsOf('a.svelte', `<!-- What? -->\n<script lang="ts">\n${long}</script>\n`).flatMap((script) => longIn('a.svelte', script))).toEqual(['a.svelte:3: 61 lines']);
  expect(longIn('a.ts', { code: `const near = () => {\n${'  go();\n\n'.repeat(58)}};\n`, before: 0 })).toEqual([]);
});
