/** What does a score sheet come to while it is being filled, and where does the keyboard stand? The server decides. */
import { addDays, weekdayOf, type Day } from '@/lib/dates';

import type { Question, ScoreSheet } from './api';

export type Answer = 'yes' | 'no' | 'not_applicable';
export type Answers = Readonly<Record<string, Answer>>;

export const ANSWERS: readonly Answer[] = ['yes', 'no', 'not_applicable'];

export function takes(question: Question, answer: Answer): boolean {
  return answer !== 'not_applicable' || question.may_not_apply;
}

/** How many questions have no answer yet. */
export function missing(sheet: ScoreSheet, answers: Answers): number {
  return sheet.questions.filter((question) => answers[question.id] === undefined).length;
}

/** As the server counts: the weight of the yes among yes and no, half up; 0 after a knock-out; undefined until all is answered. */
export function comesTo(sheet: ScoreSheet, answers: Answers): number | undefined {
  if (missing(sheet, answers) > 0) return undefined;
  const asked = sheet.questions.filter((question) => answers[question.id] !== 'not_applicable');
  const failed = asked.filter((question) => answers[question.id] === 'no');
  if (failed.some((question) => question.is_knock_out)) return 0;
  const weigh = (questions: readonly Question[]): number => questions.reduce((sum, question) => sum + question.weight, 0);
  const total = weigh(asked);
  return total === 0 ? undefined : Math.floor((2 * 1000 * (total - weigh(failed)) + total) / (2 * total));
}

/** The answers with one more, and the question to go on with: the next one, the last stays. */
export function answered(sheet: ScoreSheet, answers: Answers, at: number, answer: Answer): { readonly answers: Answers; readonly at: number } {
  const question = sheet.questions[at];
  if (question === undefined || !takes(question, answer)) return { answers, at };
  return { answers: { ...answers, [question.id]: answer }, at: Math.min(at + 1, sheet.questions.length - 1) };
}

/** The Monday of a day's week. */
export function mondayOf(day: Day): Day {
  return addDays(day, 1 - weekdayOf(day));
}
