/** Which pieces of a note are marked? Places are counted in characters as the server counts them, not in UTF-16 units. */

export interface Part {
  readonly text: string;
  readonly isFound: boolean;
}

/** The text in pieces, in order; places that overlap are one. */
export function partsOf(text: string, found: readonly { readonly start: number; readonly end: number }[]): readonly Part[] {
  const characters = [...text];
  const parts: Part[] = [];
  let at = 0;
  for (const one of [...found].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const start = Math.max(one.start, at);
    if (one.end <= start) continue;
    if (start > at) parts.push({ text: characters.slice(at, start).join(''), isFound: false });
    parts.push({ text: characters.slice(start, one.end).join(''), isFound: true });
    at = one.end;
  }
  if (at < characters.length) parts.push({ text: characters.slice(at).join(''), isFound: false });
  return parts;
}
