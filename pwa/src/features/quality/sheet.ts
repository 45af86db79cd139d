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

const WHOLE = 1000;
const LEAST_MAX = 50;

/** A share as people write it: 30 thousandths are 3, one is 0.1. */
export function percentOf(permille: number): string {
  return String(permille / 10);
}

/** A typed share of a hundred in thousandths; undefined when it is none, or finer than a tenth. */
export function permilleOf(typed: string): number | undefined {
  const text = typed.trim().replace(',', '.');
  if (!/^\d{1,3}(\.\d)?$/.test(text)) return undefined;
  const permille = Math.round(Number(text) * 10);
  return permille <= WHOLE ? permille : undefined;
}

/** A typed number of calls a week; undefined when the server takes no such number. */
export function countOf(typed: string): number | undefined {
  return /^\d{1,2}$/.test(typed.trim()) && Number(typed) <= LEAST_MAX ? Number(typed) : undefined;
}

/** The Monday of a day's week. */
export function mondayOf(day: Day): Day {
  return addDays(day, 1 - weekdayOf(day));
}
