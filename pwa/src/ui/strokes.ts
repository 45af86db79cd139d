/** What is a line drawn by hand? Points as shares of the pad, so that it is the same on every screen. */

export interface Dot {
  readonly x: number;
  readonly y: number;
}

export type Stroke = readonly Dot[];

export const PAD_WIDTH_PX = 900;
export const PAD_HEIGHT_PX = 360;
const LINE_PX = 5;
/** A third of the pad's width: less is a slip of the finger, no name. */
const LENGTH_MIN = 0.33;

/** Whether enough was drawn to be a signature. */
export function isSignature(strokes: readonly Stroke[]): boolean {
  const length = strokes.flatMap((stroke) => stroke.slice(1).map((dot, index) => {
    const before = stroke[index] ?? dot;
    return Math.hypot(dot.x - before.x, (dot.y - before.y) * (PAD_HEIGHT_PX / PAD_WIDTH_PX));
  })).reduce((sum, step) => sum + step, 0);
  return length >= LENGTH_MIN;
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Draws lines, black on white, as large as the canvas is. */
export function draw(context: Context, strokes: readonly Stroke[]): void {
  const { width, height } = context.canvas;
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.strokeStyle = 'black';
  context.lineWidth = (LINE_PX * width) / PAD_WIDTH_PX;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const stroke of strokes) {
    context.beginPath();
    for (const { x, y } of stroke) context.lineTo(x * width, y * height);
    context.stroke();
  }
}

/** The lines as PNG. */
export async function pngOf(strokes: readonly Stroke[]): Promise<ArrayBuffer> {
  const canvas = new OffscreenCanvas(PAD_WIDTH_PX, PAD_HEIGHT_PX);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas to draw on');
  draw(context, strokes);
  return await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer();
}
