/**
 * What do phone and server say to each other? The names that the app uses for the server's own shapes.
 *
 * `schema.d.ts` is made from openapi/openapi.json by `npm run types`; a test keeps the two the same.
 */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Point = Schemas['Point'];
export type PromiseMade = Schemas['PromiseMade'];
export type ConsentBy = Schemas['ConsentBy'];
export type PhotoScope = Schemas['PhotoScope'];
export type PhotoTaken = Schemas['PhotoTaken'];
export type AudioTaken = Schemas['AudioTaken'];
export type SignatureTaken = Schemas['SignatureTaken'];
export type AgreedBy = Schemas['AgreedBy'];
export type FormLog = Schemas['FormLog'];
export type OriginalsPolicy = Schemas['Originals'];
export type CheckIn = Schemas['CheckIn'];
/** A record; one that an older version of the app wrote names no lease of the gate. */
export type VisitRecord = Omit<Schemas['VisitRecord'], 'permit_id'> & Partial<Pick<Schemas['VisitRecord'], 'permit_id'>>;
export type CallRecord = Omit<Schemas['CallRecord'], 'permit_id'> & Partial<Pick<Schemas['CallRecord'], 'permit_id'>>;
export type PhoneGate = Schemas['PhoneGate'];
export type GateWish = Schemas['GateWish'];
export type FactField = Schemas['FactField'];
export type Answer = Schemas['Answer'];
export type Receipt = Schemas['Receipt'];
export type PushAnswer = Schemas['PushAnswer'];
export type PhoneParty = Schemas['PhoneParty'];
export type PhoneContact = Schemas['PhoneContact'];
export type PhoneAddress = Schemas['PhoneAddress'];
export type PhoneAccount = Schemas['PhoneAccount'];
export type PhonePromise = Schemas['PhonePromise'];
export type PhoneHistory = Schemas['PhoneHistory'];
/** A fact as pulled; a case that an older version of the app pulled says no ids, no other values and no history. */
export type FactValue = Omit<Schemas['FactValue'], Merged> & Partial<Pick<Schemas['FactValue'], Merged>>;
type Merged = 'id' | 'heads' | 'others' | 'history';
export type PhoneCase = Omit<Schemas['PhoneCase'], 'facts'> & { readonly facts: Readonly<Record<string, FactValue>> };
/** An edit; one that an older version of the app wrote names a version instead of what was seen. */
export type FactEdit = Omit<Schemas['FactEdit'], 'base_ids'> & Partial<Pick<Schemas['FactEdit'], 'base_ids'>>;
export type Question = Schemas['Question'];
export type QuestionList = Schemas['QuestionList'];
export type Gone = Schemas['Gone'];
export type PhoneNotice = Schemas['PhoneNotice'];
export type PhoneStop = Schemas['PhoneStop'];
export type PhonePlan = Schemas['PhonePlan'];
export type PullAnswer = Omit<Schemas['PullAnswer'], 'cases'> & { readonly cases: readonly PhoneCase[] };
export type WhoAmI = Schemas['WhoAmI'];

/** Every kind of thing a phone may do offline, with the body of each (backend/sync/mutations.py). */
export interface MutationBodies {
  'visit.record': VisitRecord;
  'call.record': CallRecord;
  'record.withdraw': Schemas['RecordWithdraw'];
  'case.edit': FactEdit;
  'contact.reveal': Schemas['ContactReveal'];
  'evidence.answer': Schemas['OwnAnswer'];
  'stop.skip': Schemas['StopSkip'];
  'stop.restore': Schemas['StopRestore'];
  'stops.reorder': Schemas['StopsReorder'];
  'duty.start': Schemas['DutyStart'];
  'duty.end': Readonly<Record<string, never>>;
}

export type MutationKind = keyof MutationBodies;

/** The schema of each body as this app writes it; the server lifts older ones. */
export const SCHEMAS: Readonly<Record<MutationKind, number>> = {
  'visit.record': 5, 'call.record': 3, 'record.withdraw': 1, 'case.edit': 2, 'contact.reveal': 1, 'evidence.answer': 1, 'stop.skip': 1,
  'stop.restore': 1, 'stops.reorder': 1, 'duty.start': 1, 'duty.end': 1,
};

/** One thing that was done, with the body that belongs to its kind. */
export type Act = { [Kind in MutationKind]: { readonly kind: Kind; readonly body: MutationBodies[Kind] } }[MutationKind];

/** A body that only the server can open (backend/sync/sealed.py); written without spaces, `sealed` first. */
export interface SealedBody {
  readonly sealed: { readonly envelope: string; readonly iv: string; readonly data: string };
}

export type Mutation = (Act | { readonly kind: MutationKind; readonly body: SealedBody }) & {
  readonly id: string;
  readonly seq: number;
  readonly schema: number;
  readonly occurred_at: string;
  readonly clock_offset_ms: number | null;
};

/** A batch; the bodies of its items are typed by their kind, which the API's description leaves open. */
export type PushRequest = Omit<Schemas['PushRequest'], 'mutations'> & { readonly mutations: readonly Mutation[] };

/** An expected refusal (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly code: string;
  readonly title: string;
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>>;
}
