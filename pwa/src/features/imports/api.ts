/** What does the page of imports ask of the server? */
import { ask, type Reply } from '@/api/http';
import { query } from '@/api/office/cases';
import { upload } from '@/api/office/files';
import type { components } from '@/api/schema';

import type { Mapping } from './mapping';

type Schemas = components['schemas'];

export type NounCount = Schemas['NounCount'];
export type Progress = Schemas['Progress'];
export type Run = Schemas['Run'];
export type Flaw = Schemas['Flaw'];

export interface Guess {
  readonly format: string;
  readonly encoding: string;
  readonly columns: readonly string[];
  readonly sample: readonly (readonly string[])[];
  readonly fits: readonly string[];
  readonly mapping: Mapping;
  readonly guessed: readonly { readonly column: string; readonly field: string; readonly confidence: number }[];
  readonly unused: readonly string[];
  readonly flaws: readonly Flaw[];
}

export interface SavedMapping {
  readonly name: string;
  readonly version: number;
  readonly mapping: Mapping;
  readonly saved_at: string | null;
}

export interface StartRun {
  readonly mapping_name: string | null;
  readonly mapping: Mapping | null;
  readonly as_of: string | null;
  readonly is_dry_run: boolean;
}

export function listRuns(): Promise<Reply<{ readonly runs: readonly Run[] }>> {
  return ask({ method: 'GET', path: '/v1/imports' });
}

export function getRun(id: string): Promise<Reply<Run>> {
  return ask({ method: 'GET', path: `/v1/imports/${id}` });
}

export function sendFile(file: File, onprogress: (share: number) => void): Promise<Reply<Run>> {
  return upload(`/v1/imports${query({ name: file.name })}`, file, onprogress);
}

export function guessOf(id: string): Promise<Reply<Guess>> {
  return ask({ method: 'GET', path: `/v1/imports/${id}/guess` });
}

export function startRun(id: string, start: StartRun): Promise<Reply<Run>> {
  return ask({ method: 'POST', path: `/v1/imports/${id}/start`, json: start });
}

export function listMappings(): Promise<Reply<{ readonly mappings: readonly SavedMapping[] }>> {
  return ask({ method: 'GET', path: '/v1/import-mappings' });
}

export function saveMapping(name: string, mapping: Mapping): Promise<Reply<SavedMapping>> {
  return ask({ method: 'PUT', path: `/v1/import-mappings/${encodeURIComponent(name)}`, json: mapping });
}

export function refusedPath(id: string, language: string): string {
  return `/v1/imports/${id}/refused.csv${query({ language })}`;
}
