/** What of cases, stops and people becomes a mark on the lead's map? */
import type { CaseRow } from '@/api/office/cases';

import type { BoardLine } from './board_api';
import type { Dot, Way } from './map_style';
import type { Marked } from './people';
import type { StopView } from './plan_api';

type Marks = ReadonlyMap<string, Marked>;

/** Doors in the colour of who has the case; the chosen ones stand out. */
export function doorDots(cases: readonly CaseRow[], marks: Marks, chosen: ReadonlySet<string>): readonly Dot[] {
  return cases.flatMap((row): Dot[] => {
    if (row.door === null) return [];
    const colour = row.assignee_id === null ? 0 : (marks.get(row.assignee_id)?.colour ?? 0);
    return [{ id: row.id, place: row.door, label: chosen.has(row.id) ? '✓' : '', colour, state: chosen.has(row.id) ? 'chosen' : 'door' }];
  });
}

/** Stops with their number in the route; one that is picked is ringed. */
export function stopDots(stops: readonly StopView[], marks: Marks, picked: string | undefined): readonly Dot[] {
  return stops.flatMap((stop): Dot[] => {
    if (stop.place === null) return [];
    // What the gate took out of the day is passed by, like what the collector put aside.
    const state = stop.id === picked ? 'chosen' : stop.state === 'blocked' ? 'skipped' : stop.state;
    return [{ id: stop.id, place: stop.place, label: String(stop.position), colour: marks.get(stop.user_id)?.colour ?? 0, state }];
  });
}

/** Where those on duty were last; nobody's place is shown off duty. */
export function personDots(lines: readonly BoardLine[], marks: Marks): readonly Dot[] {
  return lines.flatMap(({ row: person }): Dot[] => {
    const mark = marks.get(person.user_id);
    if (person.on_duty_since === null || person.place === null || mark === undefined) return [];
    return [{ id: `person-${person.user_id}`, place: person.place, label: mark.letter, colour: mark.colour, state: 'person' }];
  });
}

/** One line a person through the doors in their order; doors that nobody goes to are passed by. */
export function waysOfPlan(stops: readonly StopView[], marks: Marks): readonly Way[] {
  const byPerson = new Map<string, StopView[]>();
  for (const stop of stops) if (stop.state === 'planned' || stop.state === 'done') byPerson.set(stop.user_id, [...(byPerson.get(stop.user_id) ?? []), stop]);
  return [...byPerson].map(([userId, own]) => ({
    colour: marks.get(userId)?.colour ?? 0,
    places: own.toSorted((one, other) => one.position - other.position).flatMap(({ place }) => (place === null ? [] : [place])),
  }));
}
