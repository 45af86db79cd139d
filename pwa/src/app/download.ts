/** How does a file that only the server has reach the downloads of the browser? */
import { askBlob } from '@/api/http';

/** The browser takes the bytes up after the click. */
const KEPT_MS = 10_000;

/** Hands it over under this name; says whether it came. */
export async function download(path: string, name: string): Promise<boolean> {
  const reply = await askBlob(path);
  if (reply.kind !== 'answered') return false;
  const address = URL.createObjectURL(reply.body);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => { URL.revokeObjectURL(address); }, KEPT_MS);
  return true;
}
