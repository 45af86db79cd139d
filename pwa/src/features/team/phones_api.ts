/** What does the lead's screen ask about the phones of the team? */
import { ask, type Reply } from '@/api/http';
import { query } from '@/api/office/cases';
import type { components } from '@/api/schema';

type Schemas = components['schemas'];

export type PhoneView = Schemas['PhoneView'];
export type PhonePage = Schemas['PhonePage'];
export type Worry = Schemas['Worry'];

/** A team has fewer phones; who looks after a thousand looks at figures. */
const PAGES_MAX = 5;

/** All phones that the asker looks after. */
export async function listPhones(): Promise<Reply<PhonePage>> {
  const phones: PhoneView[] = [];
  let after: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const reply: Reply<PhonePage> = await ask({ method: 'GET', path: `/v1/phones${query({ after: after ?? undefined })}` });
    if (reply.kind !== 'answered') return reply;
    phones.push(...reply.body.phones);
    after = reply.body.next;
    if (after === null) break;
  }
  return { kind: 'answered', body: { phones, next: after }, headers: new Headers(), status: 200 };
}

/** Takes a phone out of service: at its next contact it can read nothing more, and leaves what it has for the lead. */
export function revokePhone(id: string, reason: string): Promise<Reply<unknown>> {
  return ask({ method: 'POST', path: `/v1/devices/${id}/revoke`, json: { reason } });
}
