/**
 * Runs histories side by side, each in a thread of its own. The first line of stdin is the tasks as JSON; any further
 * line says that the trouble is over. What the phones believe at the end goes out as JSON.
 */
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';

import type { Task, Told } from './phone';

function live(phone: Worker): Promise<Told> {
  return new Promise((resolve, reject) => {
    phone.once('message', resolve);
    phone.once('error', reject);
    phone.once('exit', (code) => { if (code !== 0) reject(new Error(`a phone ended with ${String(code)}`)); });
  });
}

let phones: readonly Worker[] = [];
let lives: Promise<readonly Told[]> = Promise.resolve([]);

for await (const line of createInterface({ input: process.stdin })) {
  if (phones.length > 0) {
    for (const phone of phones) phone.postMessage('fair');
    break;
  }
  const tasks = JSON.parse(line) as readonly Task[];
  phones = tasks.map((task) => new Worker(new URL('./phone.mjs', import.meta.url), { workerData: task }));
  lives = Promise.all(phones.map(live));
  // A phone that falls over in the middle is told at once, not when the trouble is over.
  lives.catch((error: unknown) => { console.error(error); process.exit(1); });
}
process.stdout.write(`${JSON.stringify(await lives)}\n`);
process.stdin.destroy();
