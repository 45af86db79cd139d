/** Everything that desk screens say in Chinese (mainland). */
import type { Words } from '../en/index';
import { demo } from './demo';
import { desk } from './desk';
import { evidence } from './evidence';
import { imports } from './imports';
import { law } from './law';
import { lineProblems } from './line';
import { office, problems } from './office';
import { phones } from './phones';
import { quality, qualityProblems } from './quality';
import { robots } from './robots';
import { team } from './team';

export const words: Words = { demo, desk, evidence, imports, law, office, phones, problems: { ...problems, ...qualityProblems, ...lineProblems }, quality, robots, team };
