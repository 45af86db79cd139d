/** How does a phone name a fact, so that the name is unique and sorts by time? UUIDv7 (RFC 9562). */

let lastMs = 0;
let lastCount = 0;

/** Twelve bits that count within one millisecond, so that ids made here are strictly rising. */
function tick(nowMs: number): readonly [ms: number, count: number] {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    // Half of the range is left for counting up.
    lastCount = (crypto.getRandomValues(new Uint16Array(1))[0] ?? 0) & 0x7ff;
  } else {
    lastCount += 1;
    if (lastCount > 0xfff) {
      lastMs += 1;
      lastCount = 0;
    }
  }
  return [lastMs, lastCount];
}

/** A new UUIDv7 as text, later than all that were made here before. */
export function newId(nowMs: number = Date.now()): string {
  const [ms, count] = tick(nowMs);
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(ms / 2 ** 32));
  view.setUint32(2, ms % 2 ** 32);
  view.setUint16(6, 0x7000 | count);
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
