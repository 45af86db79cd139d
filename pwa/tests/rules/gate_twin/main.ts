/**
 * Judges situations as the phone does. The first line of stdin is a snapshot, each further one
 * `{"situation", "on"}`; each is answered by `{"verdict", "windows"}` or `{"error"}`. How long it took goes to stderr.
 */
import { createInterface } from 'node:readline';

import { ReadingError } from '@/rules/gate/reading';
import { evaluate, windows } from '@/rules/gate/rules';
import { readSituation, type Situation, type Verdict } from '@/rules/gate/schemas';
import { readSnapshot, type Snapshot } from '@/rules/gate/snapshot';

interface Line {
  readonly situation: unknown;
  readonly on: string;
}

let reading_ms = 0;
let judging_ms = 0;
let decisions = 0;

function read(json: unknown): Situation | string {
  const began = performance.now();
  try {
    return readSituation(json);
  } catch (error) {
    if (error instanceof ReadingError) return error.message;
    throw error;
  } finally {
    reading_ms += performance.now() - began;
  }
}

function judged(situation: Situation, { packs, zones }: Snapshot): Verdict {
  const began = performance.now();
  const verdict = evaluate(situation, packs, zones);
  judging_ms += performance.now() - began;
  decisions += 1;
  return verdict;
}

let snapshot: Snapshot | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  if (snapshot === undefined) {
    snapshot = readSnapshot(JSON.parse(line));
    continue;
  }
  const asked = JSON.parse(line) as Line;
  const situation = read(asked.situation);
  const answer = typeof situation === 'string'
    ? { error: situation }
    : { verdict: judged(situation, snapshot), windows: windows(situation, snapshot.packs, snapshot.zones, asked.on) };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.stderr.write(`${JSON.stringify({ decisions, reading_ms, judging_ms })}\n`);
