/** Everything the app says in English. The shape of this object is what every other language must fill. */
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

export const messages = { cases, common, lock, login, me, outbox, problems, problemWords, shell, today, visit };

export type Messages = typeof messages;
