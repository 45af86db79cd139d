/** Which squares of a QR code are dark? As one path of an SVG, so that nothing has to be trusted as HTML. */
import encodeQR from 'qr';

const QUIET = 4;

export interface Drawn {
  /** Squares on a side, with the quiet zone that scanners need. */
  readonly side: number;
  readonly path: string;
}

export function drawn(text: string): Drawn {
  const rows: boolean[][] = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET });
  const path = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${String(x)} ${String(y)}h1v1h-1z`] : []))).join('');
  return { side: rows.length, path };
}
