/** How does what changed on the server reach this phone? */
import { ask } from '@/api/http';
import type { PhoneCase, PullAnswer } from '@/api/types';
import { newId } from '@/lib/ids';
import { seal } from '@/store/codec';
import { headOf } from '@/store/heads';
import type { CaseRow, HeadRow, MetaRow, PlanRow } from '@/store/schema';
import { tellChanged } from '@/store/changed';
import type { Store } from '@/store/database';
import { metaOf, setMeta } from '@/store/meta';

import { learnClock } from './clock';
import { healthHeader } from './health';
import { outcomeOf, type Outcome } from './outcome';

const PAGES_A_ROUND_MAX = 1000;
const ERASED = 'erased';

interface Rows {
  readonly head: HeadRow;
  readonly whole: CaseRow;
}

async function rowsOf(found: PhoneCase, prime: string): Promise<Rows> {
  const [head, whole] = await Promise.all([seal(headOf(found)), seal(found)]);
  return {
    head: { id: found.id, days_past_due: found.days_past_due, grade: found.grade, state: found.state, prime, leaving: '', sealed: head },
    whole: { id: found.id, sealed: whole },
  };
}

/** The cases that still have something unsent, which must stay until it is sent. */
async function casesInUse(db: Store): Promise<Set<string>> {
  const [saved, sending] = await Promise.all([
    db.getAllFromIndex('outbox', 'state', 'saved'), db.getAllFromIndex('outbox', 'state', 'sending'),
  ]);
  return new Set([...saved, ...sending].map((row) => row.case_id));
}

/** Takes cases off the phone: at once when nobody waits for them, else as soon as their outbox is empty. */
async function release(db: Store, gone: readonly { readonly case_id: string; readonly reason: string }[]): Promise<void> {
  const inUse = await casesInUse(db);
  const tx = db.transaction(['heads', 'cases'], 'readwrite');
  await Promise.all([
    ...gone.map(async ({ case_id, reason }) => {
      const head = await tx.objectStore('heads').get(case_id);
      if (head === undefined) return;
      if (inUse.has(case_id) && reason !== ERASED) {
        await tx.objectStore('heads').put({ ...head, leaving: reason });
        return;
      }
      await Promise.all([tx.objectStore('heads').delete(case_id), tx.objectStore('cases').delete(case_id)]);
    }),
    tx.done,
  ]);
}

/** Takes away the cases that were only waiting for their outbox. */
async function releaseLeaving(db: Store): Promise<void> {
  const leaving = (await db.getAll('heads')).filter((head) => head.leaving !== '');
  if (leaving.length > 0) await release(db, leaving.map((head) => ({ case_id: head.id, reason: head.leaving })));
}

/** After a whole prime: what it did not bring is not mine any more. */
async function releaseUnnamed(db: Store, prime: string): Promise<void> {
  const unnamed = (await db.getAll('heads')).filter((head) => head.prime !== prime);
  if (unnamed.length > 0) await release(db, unnamed.map((head) => ({ case_id: head.id, reason: 'reassigned' })));
}

/** Writes one page and its cursor in one transaction, so that a killed page is asked for again. */
async function writePage(db: Store, page: PullAnswer, prime: string): Promise<void> {
  const rows = await Promise.all(page.cases.map((found) => rowsOf(found, prime)));
  const plan: PlanRow | undefined =
    page.plan === null ? undefined : { id: page.plan.id, day: page.plan.day, pulled_at: page.server_time, sealed: await seal(page.plan) };
  const cursor: MetaRow = { key: 'cursor', value: page.cursor };
  const tx = db.transaction(['heads', 'cases', 'plans', 'notices', 'meta'], 'readwrite');
  const plans = tx.objectStore('plans');
  const notices = tx.objectStore('notices');
  // A page that is not the last of a prime says nothing about the plan; every other one tells the whole plan, or none.
  if (plan !== undefined || !page.more) await plans.clear();
  await Promise.all([
    ...rows.flatMap(({ head, whole }) => [tx.objectStore('heads').put(head), tx.objectStore('cases').put(whole)]),
    ...(plan === undefined ? [] : [plans.put(plan)]),
    ...page.notices.map(async (notice) => {
      const seen = await notices.get(notice.id);
      await notices.put({ ...notice, is_read: seen?.is_read ?? 0 });
    }),
    tx.objectStore('meta').put(cursor),
    tx.objectStore('meta').put({ key: 'originals', value: page.originals }),
    tx.done,
  ]);
}

async function forgetCursor(db: Store): Promise<void> {
  await setMeta(db, 'cursor', '');
  await setMeta(db, 'prime', newId());
  await setMeta(db, 'prime_done', false);
}

async function takePage(db: Store, page: PullAnswer, prime: string): Promise<void> {
  await writePage(db, page, prime);
  await release(db, page.gone);
  if (page.is_prime && !page.more) {
    await releaseUnnamed(db, prime);
    await setMeta(db, 'prime_done', true);
  }
  if (!page.more) {
    await releaseLeaving(db);
    await setMeta(db, 'pulled_at', page.server_time);
  }
  tellChanged();
}

/** Brings this phone up to date. A cursor that is too old starts a full prime; the outbox is not touched. */
export async function pull(db: Store): Promise<Outcome> {
  for (let pages = 0; pages < PAGES_A_ROUND_MAX; pages += 1) {
    const cursor = (await metaOf(db, 'cursor')) ?? '';
    if (cursor === '' && (await metaOf(db, 'prime')) === undefined) await forgetCursor(db);
    const prime = (await metaOf(db, 'prime')) ?? '';
    const askedMs = Date.now();
    const path = cursor === '' ? '/v1/sync/pull' : `/v1/sync/pull?cursor=${encodeURIComponent(cursor)}`;
    const reply = await ask<PullAnswer>({ method: 'GET', path, headers: await healthHeader(db) });
    if (reply.kind === 'unreached') return 'offline';
    if (reply.kind === 'refused') {
      if (reply.status !== 410 || cursor === '') return outcomeOf(reply.status, reply.problem.code);
      await forgetCursor(db);
      continue;
    }
    await takePage(db, reply.body, prime);
    await learnClock(db, reply.body.server_time, askedMs);
    if (!reply.body.more) return reply.body.is_held_back ? 'behind' : 'done';
  }
  return 'later';
}
