/** Everything the app says in Chinese (mainland). */
import type { Messages } from '../en/index';
import { cases } from './cases';
import { common } from './common';
import { lock } from './lock';
import { login } from './login';
import { me } from './me';
import { outbox } from './outbox';
import { problems, problemWords } from './problems';
import { shell } from './shell';
import { today } from './today';
import { visit } from './visit';

export const messages: Messages = { cases, common, lock, login, me, outbox, problems, problemWords, shell, today, visit };
