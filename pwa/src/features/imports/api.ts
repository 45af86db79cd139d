/** What does the page of imports ask of the server? */
import { ask, type Reply } from '@/api/http';
import { query } from '@/api/office/cases';
import { upload } from '@/api/office/files';

import type { Mapping } from './mapping';

export interface NounCount {
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
}

export interface Progress {
  readonly rows_read: number;
  readonly rows_added: number;
  readonly rows_updated: number;
  readonly rows_unchanged: number;
  readonly rows_skipped: number;
  readonly rows_refused: number;
  readonly cases_opened: number;
  readonly cases_changed: number;
  readonly counts: Readonly<Record<string, NounCount>>;
}

export interface Run {
  readonly id: string;
  readonly file_name: string;
  readonly byte_count: number;
  readonly state: 'uploaded' | 'running' | 'finished' | 'failed';
  readonly is_interrupted: boolean;
  readonly mapping_name: string | null;
  readonly mapping_version: number | null;
  readonly as_of: string | null;
  readonly is_dry_run: boolean;
  readonly rows_total: number | null;
  readonly progress: Progress;
  readonly failure: string | null;
  readonly uploaded_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

export interface Flaw {
  readonly where: string;
  readonly code: string;
  readonly value: string;
}

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
