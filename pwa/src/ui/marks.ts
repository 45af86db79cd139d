/** What stands faint over a screen, so that a photographed one says whose it was? A tile of words, as a CSS image. */

/** Seen on paper and on a dark screen alike; text under it keeps its contrast (a test computes it). */
export const MARK_GREY = 127;
export const MARK_ALPHA = 0.1;

const FONT_PX = 13;
const TURN_DEG = -20;

/** How wide the words may become: a Chinese character is as wide as it is high. */
function widthOf(words: string): number {
  return Array.from(words).reduce((width, letter) => width + (letter.charCodeAt(0) > 0x2e7f ? FONT_PX : FONT_PX * 0.6), 0);
}

function escaped(words: string): string {
  return words.replace(/[&<>"']/g, (letter) => `&#${String(letter.charCodeAt(0))};`);
}

/** The value of a `background-image`: twice the words, the second moved by half, so that rows do not stand in columns. */
export function marksImage(words: string): string {
  const width = Math.ceil(widthOf(words)) + 60;
  const half = Math.ceil(width * Math.sin((-TURN_DEG * Math.PI) / 180)) + 60;
  const at = (x: number, y: number): string => `<text x="${String(x)}" y="${String(y)}" transform="rotate(${String(TURN_DEG)} ${String(x)} ${String(y)})">${escaped(words)}</text>`;
  const grey = `rgb(${String(MARK_GREY)},${String(MARK_GREY)},${String(MARK_GREY)})`;
  // Drawn once more a tile to the left: what is cut off at one edge goes on at the other.
  const texts = [at(10, half - 10), at(10 - width / 2, 2 * half - 10), at(10 + width / 2, 2 * half - 10)].join('');
  const size = `width="${String(width)}" height="${String(2 * half)}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="${String(FONT_PX)}" fill="${grey}" fill-opacity="${String(MARK_ALPHA)}">${texts}</svg>`;
  return `url("data:image/svg+xml,${encodeURIComponent(svg)}")`;
}
