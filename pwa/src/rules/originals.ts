/** When does what the camera gave follow its smaller copy? */
import type { OriginalsPolicy } from '@/api/types';

/** Until the lender's wish is known. */
export const DEFAULT_POLICY: OriginalsPolicy = 'wifi';
/** As the server takes them (PHOTO_BYTES_MAX of backend/evidence/schemas.py). */
export const ORIGINAL_BYTES_MAX = 15 * 1024 * 1024;
const TYPES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/heic']);
/** Below this share of free space the phone takes no more photos, so that records always find room. */
export const FREE_SHARE_MIN = 0.05;
/** Below this one it takes photos, and keeps of them only what travels at once. */
export const ORIGINAL_FREE_SHARE_MIN = 0.2;

/** What the browser says of the network; most say nothing, and then nobody knows what it costs. */
export interface Connection {
  readonly type?: string;
  readonly saveData?: boolean;
}

/** Whether originals may be sent over this network by themselves. */
export function maySendOriginals(policy: OriginalsPolicy, connection: Connection | undefined): boolean {
  if (policy !== 'wifi') return policy === 'always';
  return (connection?.type === 'wifi' || connection?.type === 'ethernet') && connection.saveData !== true;
}

/** Whether the phone keeps an original at all; where it does not, the record says so. */
export function keepsOriginal(policy: OriginalsPolicy, file: { readonly type: string; readonly size: number }, freeShare: number): boolean {
  return policy !== 'never' && TYPES.has(file.type) && file.size <= ORIGINAL_BYTES_MAX && freeShare >= ORIGINAL_FREE_SHARE_MIN;
}
