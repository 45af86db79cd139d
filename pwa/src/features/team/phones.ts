/** In which order are phones looked at? Those with something worth a word first, then by name; out of service last. */
import type { PhoneView } from './phones_api';

export function byWorry(one: PhoneView, other: PhoneView): number {
  const gone = Number(one.revoked_at !== null) - Number(other.revoked_at !== null);
  if (gone !== 0) return gone;
  const worse = other.worries.length - one.worries.length;
  return worse === 0 ? one.user_name.localeCompare(other.user_name) : worse;
}

/** How full the room for this app is, in whole percent; undefined where the browser does not tell. */
export function fullPercent(phone: PhoneView): number | undefined {
  const { used_bytes = null, quota_bytes = null } = phone.health ?? {};
  if (used_bytes === null || quota_bytes === null || quota_bytes === 0) return undefined;
  return Math.round((100 * used_bytes) / quota_bytes);
}
