/**
 * May the phone make this contact without asking? Permits that it leased from the person's budget while it had network.
 *
 * The twin of `usable` in backend/compliance/permits.py, held against tests/vectors/permits.json. The gate must allow
 * the contact too; a lease is spent by the contact, whatever comes of it.
 */

export interface PermitLease {
  readonly id: string;
  /** The obligor around whom is counted. */
  readonly budget: string;
  /** The key under which contacts with the person are counted, per obligor. */
  readonly person: string;
  readonly channel: string;
  readonly since: string;
  /** Excluded: at this instant it has run out. */
  readonly until: string;
}

export interface WantedContact {
  readonly budget: string;
  readonly person: string;
  readonly channel: string;
}

/** Return the lease to spend, of several the one that runs out first, then the lower id; undefined: no contact. */
export function usableLease(leases: readonly PermitLease[], wanted: WantedContact, nowMs: number): PermitLease | undefined {
  const held = leases.filter(
    ({ budget, person, channel, since, until }) =>
      budget === wanted.budget &&
      person === wanted.person &&
      channel === wanted.channel &&
      Date.parse(since) <= nowMs &&
      nowMs < Date.parse(until)
  );
  return held.toSorted((one, other) => Date.parse(one.until) - Date.parse(other.until) || (one.id < other.id ? -1 : 1))[0];
}
