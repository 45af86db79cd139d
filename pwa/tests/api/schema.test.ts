import { readFileSync } from 'node:fs';

import openapiTS, { astToString } from 'openapi-typescript';
import { expect, it } from 'vitest';

it('the types are those of the API as it is described now (else: npm run types)', async () => {
  const described = new URL('../../../openapi/openapi.json', import.meta.url);
  const made = astToString(await openapiTS(described, { immutable: true }));
  const kept = readFileSync(new URL('../../src/api/schema.d.ts', import.meta.url), 'utf8');
  // The command puts a note for the reader on top.
  expect(kept.slice(kept.indexOf('export interface paths'))).toBe(made.slice(made.indexOf('export interface paths')));
});
