/**
 * What does Rounds look like on a home screen?
 *
 * The mark (an open round that ends at a door) is drawn here from numbers, so no picture file lies in the source. PNG
 * beside SVG, because launchers and notification trays do not take SVG.
 */
import { deflateSync, crc32 } from 'node:zlib';

import type { Plugin } from 'vite';

const TEAL = [15, 118, 110] as const;
const PAPER = [247, 247, 245] as const;
const RING_RADIUS = 0.27;
const RING_WIDTH = 0.085;
/** The ring is open in this sector (radians, clockwise from three o'clock); the door stands at its end. */
const GAP = { from: -0.95, to: 0.05 } as const;
const DOOR_RADIUS = 0.095;
/** Four samples in each direction a pixel are enough for smooth edges at 96 px. */
const SAMPLES = 4;

/** Whether the point (0..1, 0..1) is ink of the mark, drawn at `scale` about the middle. */
function isInk(x: number, y: number, scale: number): boolean {
  const dx = (x - 0.5) / scale;
  const dy = (y - 0.5) / scale;
  const radius = Math.hypot(dx, dy);
  const angle = Math.atan2(dy, dx);
  const inGap = angle > GAP.from && angle < GAP.to;
  if (!inGap && Math.abs(radius - RING_RADIUS) < RING_WIDTH / 2) return true;
  const doorAngle = (GAP.from + GAP.to) / 2;
  return Math.hypot(dx - Math.cos(doorAngle) * RING_RADIUS, dy - Math.sin(doorAngle) * RING_RADIUS) < DOOR_RADIUS;
}

/** Whether the point lies in the square with round corners. */
function isInTile(x: number, y: number, corner: number): boolean {
  const dx = Math.max(corner - x, x - (1 - corner), 0);
  const dy = Math.max(corner - y, y - (1 - corner), 0);
  return Math.hypot(dx, dy) <= corner;
}

interface Look {
  readonly size: number;
  readonly corner: number;
  readonly scale: number;
  readonly tile: boolean;
}

/** Red, green, blue and alpha of one pixel, averaged over its samples. */
function pixel(column: number, row: number, look: Look): [number, number, number, number] {
  let tile = 0;
  let ink = 0;
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample += 1) {
    const x = (column + ((sample % SAMPLES) + 0.5) / SAMPLES) / look.size;
    const y = (row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / look.size;
    if (isInTile(x, y, look.corner)) tile += 1;
    if (isInk(x, y, look.scale)) ink += 1;
  }
  const share = ink / (SAMPLES * SAMPLES);
  if (!look.tile) return [255, 255, 255, Math.round(share * 255)];
  const mix = (index: 0 | 1 | 2): number => Math.round(TEAL[index] * (1 - share) + PAPER[index] * share);
  return [mix(0), mix(1), mix(2), Math.round((tile / (SAMPLES * SAMPLES)) * 255)];
}

function chunk(kind: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), body]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

/** The mark as the bytes of a PNG file. */
export function png(look: Look): Buffer {
  const { size } = look;
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      rows.set(pixel(column, row, look), row * (size * 4 + 1) + 1 + column * 4);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** The mark as SVG, for tabs. */
function svg(): string {
  const at = (angle: number): string => {
    const x = 50 + Math.cos(angle) * RING_RADIUS * 100;
    const y = 50 + Math.sin(angle) * RING_RADIUS * 100;
    return `${x.toFixed(2)} ${y.toFixed(2)}`;
  };
  const [doorX, doorY] = at((GAP.from + GAP.to) / 2).split(' ');
  const radius = RING_RADIUS * 100;
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><rect width="100" height="100" rx="22" fill="#0f766e"/>',
    `<path d="M${at(GAP.to)}A${String(radius)} ${String(radius)} 0 1 1 ${at(GAP.from)}" fill="none" stroke="#f7f7f5" stroke-width="${String(RING_WIDTH * 100)}"/>`,
    `<circle cx="${String(doorX)}" cy="${String(doorY)}" r="${String(DOOR_RADIUS * 100)}" fill="#f7f7f5"/></svg>`,
  ].join('');
}

const NAMES = {
  en: { name: 'Rounds', description: 'The day in the field: whom to visit, lawfully, also without network' },
  'zh-CN': { name: '外访', description: '外勤的一天:合规走访,没有网络也能用' },
} as const;

/** The install manifest in one language. */
function manifest(lang: keyof typeof NAMES): string {
  const icon = (file: string, size: number, purpose: string): object => {
    return { src: `/${file}`, sizes: `${String(size)}x${String(size)}`, type: 'image/png', purpose };
  };
  return JSON.stringify({
    id: '/',
    lang,
    ...NAMES[lang],
    short_name: NAMES[lang].name,
    start_url: '/',
    scope: '/',
    display: 'standalone',
    orientation: 'portrait',
    background_color: '#f7f7f5',
    theme_color: '#0f766e',
    categories: ['business', 'productivity'],
    icons: [icon('icon-192.png', 192, 'any'), icon('icon-512.png', 512, 'any'), icon('icon-maskable-512.png', 512, 'maskable')],
  });
}

/** Puts icons and both manifests into the built app. */
export function iconsAndManifest(): Plugin {
  return {
    name: 'rounds-icons',
    apply: 'build',
    generateBundle() {
      const files: Record<string, string | Buffer> = {
        'icon.svg': svg(),
        'icon-192.png': png({ size: 192, corner: 0.22, scale: 1, tile: true }),
        'icon-512.png': png({ size: 512, corner: 0.22, scale: 1, tile: true }),
        // A launcher may cut a maskable icon down to the inner 80 %.
        'icon-maskable-512.png': png({ size: 512, corner: 0, scale: 0.9, tile: true }),
        'badge-96.png': png({ size: 96, corner: 0, scale: 1.4, tile: false }),
        'manifest.en.webmanifest': manifest('en'),
        'manifest.zh-CN.webmanifest': manifest('zh-CN'),
      };
      for (const [fileName, source] of Object.entries(files)) this.emitFile({ type: 'asset', fileName, source });
    },
  };
}
