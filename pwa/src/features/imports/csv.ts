/** What does a CSV text hold? The few lines that a page shows; quoted cells may hold commas, quotes and line ends. */

export function rowsOf(text: string, rowsMax: number): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  const clean = text.startsWith('\uFEFF') ? text.slice(1) : text;
  for (let at = 0; at < clean.length && rows.length < rowsMax; at += 1) {
    const sign = clean[at] ?? '';
    if (isQuoted && sign === '"' && clean[at + 1] === '"') { cell += '"'; at += 1; }
    else if (sign === '"') isQuoted = !isQuoted;
    else if (isQuoted) cell += sign;
    else if (sign === ',') { row.push(cell); cell = ''; }
    else if (sign === '\n') { row.push(cell.replace(/\r$/, '')); rows.push(row); row = []; cell = ''; }
    else cell += sign;
  }
  return rows;
}

export interface RefusedLine {
  readonly line: string;
  readonly column: string;
  readonly reason: string;
  readonly value: string;
}

/** The refused lines of the server's file, by the names of its own columns. */
export function refusedOf(text: string, linesMax: number): readonly RefusedLine[] {
  const [head = [], ...rows] = rowsOf(text, linesMax + 1);
  const place = (name: string): number => head.indexOf(name);
  const [line, column, reason, value] = ['rounds_line', 'rounds_column', 'rounds_reason', 'rounds_value'].map(place);
  return rows.map((row) => ({ line: row[line ?? 0] ?? '', column: row[column ?? 0] ?? '', reason: row[reason ?? 0] ?? '', value: row[value ?? 0] ?? '' }));
}
