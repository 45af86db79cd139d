/** Where is the collector, for the lead's map? Only while on duty; the server keeps the last place and no track. */
import { ask } from '@/api/http';
import type { Point } from '@/api/types';

/** Tells the server; false when it was not heard. A place that was not heard is not kept: the next one is better. */
export async function tellPlace(place: Point, at: Date): Promise<boolean> {
  const reply = await ask({ method: 'POST', path: '/v1/session/place', json: { place, at: at.toISOString() } });
  return reply.kind === 'answered';
}
