/**
 * What does a pack of law look like? The twin of backend/compliance/packs.py.
 *
 * A pack is data. A rule trips when its `breaks` holds; `when` says whom and what it binds, `unless` what lifts it (then
 * the rule is listed and does not act), `else` which condition it sets while it does not trip. A field that this app
 * does not know is refused, never skipped: half a law must not pass for the whole.
 */
import { date } from './instants';
import { bool, flag, integer, list, matching, needed, nullish, nullable, oneOf, struct, table, text, withDefault, type Field, type Read, type Reader } from './reading';
import {
  AGREEMENT_KINDS, BASIS_KINDS, CHANNELS, COLLECTOR_KINDS, DIRECTIONS, EVENT_KINDS, LACKS, LENDER_TYPES, PERSON_KINDS, PHOTOS_OF,
  PLACES, PRODUCTS, ROLES, SAYS, SHOWN, STATUS_KINDS, TEMPLATES, clockTime, name, weekdays, type Channel, type Role,
} from './schemas';

/** In `says` and `lacks`: whatever it is. */
export const ANYTHING = '*';

export const VOICE: ReadonlySet<Channel> = new Set(['call', 'robot_call', 'voicemail']);
const ELECTRONIC: ReadonlySet<Channel> = new Set(['sms', 'im', 'push', 'email']);
export const CONTACTS: ReadonlySet<Channel> = new Set(CHANNELS.filter((channel) => channel !== 'photo'));
/** Channels by their own name, and by that of a group of them. */
const CHANNELS_OF: ReadonlyMap<string, ReadonlySet<Channel>> = new Map([
  ...CHANNELS.map((channel) => [channel, new Set([channel])] as const),
  ['voice', VOICE],
  ['electronic', ELECTRONIC],
  ['written', new Set<Channel>([...ELECTRONIC, 'letter'])],
]);

const OWING: ReadonlySet<Role> = new Set(['obligor', 'co_borrower', 'guarantor', 'heir']);
const SPEAKING: ReadonlySet<Role> = new Set(['attorney', 'authorised_person']);
const ROLES_OF: ReadonlyMap<string, ReadonlySet<Role>> = new Map([
  ...ROLES.map((role) => [role, new Set([role])] as const),
  ['owing', OWING],
  ['speaking', SPEAKING],
  ['consumer', new Set<Role>([...OWING, 'spouse', 'parent_of_minor', 'guardian', 'executor'])],
  ['third', new Set(ROLES.filter((role) => !OWING.has(role) && !SPEAKING.has(role)))],
]);

/** The fourteen kinds of rule; `retention` binds the archive, not the contact. */
const KINDS = [
  'window', 'count_window', 'cooldown', 'min_gap', 'place', 'party', 'headcount', 'disclosure', 'consent', 'status_stop',
  'content', 'recording', 'retention', 'licence',
] as const;

/** What a rule does when it trips; `note` is listed and stops nothing. */
const SEVERITIES = ['block', 'review', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

const days = integer({ min: 1, max: 400 });
const count = integer({ min: 1, max: 1_000 });
const texts = list(text());
const channels = nullish(list(oneOf([...CHANNELS_OF.keys()])));
const eventKinds = list(oneOf(EVENT_KINDS), { min: 1 });
const places = nullish(list(oneOf(PLACES)));
const products = nullish(list(oneOf(PRODUCTS)));
const asked = nullish(bool);

const hours = struct({ start: needed(clockTime), end: needed(clockTime), days: nullish(weekdays) });

const outside = struct({
  hours: withDefault(list(hours, { max: 50 }), []),
  of_person: flag(),
  agreed: flag(),
  holidays: flag(),
  zones: withDefault(oneOf(['any', 'every', 'some']), 'any'),
});

const happened = struct({
  at_least: needed(count),
  kinds: needed(eventKinds),
  unlisted: withDefault(list(oneOf(EVENT_KINDS)), []),
  channels,
  /** null: in either direction. */
  direction: withDefault(nullable(oneOf(DIRECTIONS)), 'out'),
  days: nullish(days),
  minutes: nullish(integer({ min: 1, max: 100_000 })),
  per: withDefault(list(oneOf(['to', 'debt_group'])), []),
  places,
  places_not: places,
  consent: nullish(oneOf(AGREEMENT_KINDS)),
  lifted_by: nullish(oneOf(AGREEMENT_KINDS)),
  consent_days: withDefault(days, 6),
});

const lastOnes = struct({ count: needed(count), kinds: needed(eventKinds), of_obligor: flag(), channels, places });

const stands = struct({
  kinds: needed(list(oneOf(STATUS_KINDS), { min: 1 })),
  covers: nullish(oneOf(['channel', 'place'])),
  places,
  products,
  unresponsive: asked,
  late: asked,
  breached: asked,
  days: nullish(days),
  days_extended: nullish(days),
  days_spoken: nullish(days),
  days_open: nullish(days),
  days_after_end: nullish(days),
  permits: flag(),
  but_confirm_minutes: nullish(integer({ min: 1, max: 1_440 })),
});

const agreed = struct({ kind: needed(oneOf(AGREEMENT_KINDS)), at_place: flag() });

const based = struct({ kinds: needed(list(oneOf(BASIS_KINDS), { min: 1 })), days: nullish(days) });

const debtIs = struct({
  products,
  lender_types: nullish(list(oneOf(LENDER_TYPES))),
  family_debt: asked,
  illegal: asked,
  time_barred: asked,
  transferred: asked,
  notified: asked,
  placed_elsewhere: asked,
});

export type Hours = Read<typeof hours>;
export type Outside = Read<typeof outside>;
export type Happened = Read<typeof happened>;
export type LastOnes = Read<typeof lastOnes>;
export type Stands = Read<typeof stands>;
export type Agreed = Read<typeof agreed>;
export type Based = Read<typeof based>;
export type DebtIs = Read<typeof debtIs>;

/**
 * Holds when each of its fields that is given does; the empty one always holds. Lists are alternatives. Channels and
 * roles may be named by group. `any`: one of them holds; `not`: none of them does.
 */
export interface Condition extends Read<typeof plainCondition> {
  readonly any: readonly Condition[] | null;
  readonly not: readonly Condition[] | null;
}

const plainFields = {
  channels,
  roles: nullish(list(oneOf([...ROLES_OF.keys()]))),
  collectors: nullish(list(oneOf(COLLECTOR_KINDS))),
  places,
  photos: nullish(list(oneOf(PHOTOS_OF))),
  templates: nullish(list(oneOf(TEMPLATES))),
  says: nullish(list(oneOf([ANYTHING, ...SAYS]))),
  lacks: nullish(list(oneOf([ANYTHING, ...LACKS]))),
  missing: nullish(list(oneOf(SHOWN))),
  headcount_below: nullish(count),
  autodialled: asked,
  notice_sent: asked,
  renounced: asked,
  debts_any: nullish(debtIs),
  debts_all: nullish(debtIs),
  outside: nullish(outside),
  happened: nullish(happened),
  last_ones: nullish(lastOnes),
  stands: nullish(stands),
  agreed: nullish(agreed),
  based: nullish(based),
};
const plainCondition = struct(plainFields);
const conditions: Field<readonly Condition[] | null> = nullish(list((value, at): Condition => condition(value, at)));
const condition: Reader<Condition> = struct({ ...plainFields, any: conditions, not: conditions });
const always = condition({}, '$');

const rule = struct({
  id: needed(matching(/^[A-Z0-9]+(-[A-Z0-9]+)+$/, 40)),
  kind: needed(oneOf(KINDS)),
  breaks: withDefault(condition, always),
  severity: withDefault(oneOf(SEVERITIES), 'block'),
  when: withDefault(condition, always),
  unless: nullish(condition),
  else: nullish(matching(/^[a-z]+(_[a-z]+)*$/, 40)),
  excuse: nullish(text()),
});

/** What a rule id means to people: the words, where they come from, how sure that is. */
const article = struct({ en: needed(name), zh: needed(name), source: needed(name), confidence: needed(oneOf(['P', 'S', 'K', 'H'])) });

/** Which situations a pack is chosen for; an absent list does not narrow. */
const appliesWhen = struct({
  jurisdictions: nullish(texts),
  person_kinds: nullish(list(oneOf(PERSON_KINDS))),
  debts_any: nullish(debtIs),
});

const pack = struct({
  pack_id: needed(matching(/^[A-Z0-9]+(-[A-Z0-9]+)*$/, 40)),
  version: needed(name),
  effective_from: needed(date),
  status: needed(oneOf(['in_force', 'draft'])),
  modelled_on: needed(name),
  applies_when: needed(appliesWhen),
  articles: needed(table(article)),
  rules: needed(list(rule, { max: 500 })),
  effective_to: nullish(date),
  binds: nullish(list(oneOf(PERSON_KINDS))),
  retention_days: withDefault(table(integer()), new Map<string, number>()),
});

export type Rule = Read<typeof rule>;
export type AppliesWhen = Read<typeof appliesWhen>;
/** One edition of the law of one place; in force from `effective_from` to `effective_to` (excluded). */
export type Pack = Read<typeof pack>;

/** A pack with the hash that the server reckoned; the phone trusts the signature around both. */
export type HeldPack = Read<typeof heldPack>;
export const heldPack = struct({ pack: needed(pack), sha256: needed(matching(/^[0-9a-f]{64}$/)) });

/** Unfold channels and groups of channels. */
export function channelsNamed(names: readonly string[]): ReadonlySet<Channel> {
  return new Set(names.flatMap((name) => [...(CHANNELS_OF.get(name) ?? [])]));
}

/** Unfold roles and groups of roles. */
export function rolesNamed(names: readonly string[]): ReadonlySet<Role> {
  return new Set(names.flatMap((name) => [...(ROLES_OF.get(name) ?? [])]));
}
