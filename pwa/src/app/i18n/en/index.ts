/** Everything the app says in English. The shape of this object is what every other language must fill. */
import { common } from './common';
import { shell } from './shell';

export const messages = { common, shell };

export type Messages = typeof messages;
