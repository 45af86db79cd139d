/** Runs histories side by side, each in a thread of its own: tasks come as JSON on stdin, what phones believe goes out. */
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';

import type { Task, Told } from './phone';

function live(task: Task): Promise<Told> {
  const phone = new Worker(new URL('./phone.mjs', import.meta.url), { workerData: task });
  return new Promise((resolve, reject) => {
    phone.once('message', resolve);
    phone.once('error', reject);
    phone.once('exit', (code) => { if (code !== 0) reject(new Error(`a phone ended with ${String(code)}`)); });
  });
}

const tasks = JSON.parse(await text(process.stdin)) as readonly Task[];
process.stdout.write(`${JSON.stringify(await Promise.all(tasks.map(live)))}\n`);
