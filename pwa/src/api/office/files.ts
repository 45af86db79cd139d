/** How does a large file go up with its progress told, and a text come down? */
import type { Reply } from '../http';
import type { Problem } from '../types';

function problemIn(status: number, text: string): Problem {
  const nothing: Problem = { type: 'about:blank', code: `http.${String(status)}`, title: '', status, data: {} };
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null ? { ...nothing, ...read, status } : nothing;
  } catch {
    // A proxy's HTML page is an answer too, only not one of ours.
    return nothing;
  }
}

/** Sends the file as the body. `onprogress` hears shares from 0 to 1; fetch cannot tell how far an upload is. */
export function upload<Body>(path: string, file: Blob, onprogress: (share: number) => void): Promise<Reply<Body>> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.setRequestHeader('X-Rounds', '1');
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.addEventListener('progress', (event) => { if (event.lengthComputable) onprogress(event.loaded / event.total); });
    request.addEventListener('error', () => { resolve({ kind: 'unreached' }); });
    request.addEventListener('load', () => {
      const { status, responseText } = request;
      if (status >= 400) resolve({ kind: 'refused', status, problem: problemIn(status, responseText) });
      // The shape is the server's promise (openapi); one place trusts it.
      else resolve({ kind: 'answered', body: JSON.parse(responseText) as Body, headers: new Headers(), status });
    });
    request.send(file);
  });
}

/** The beginning of a text file; undefined when nothing came. What lies behind `charsMax` is not waited for. */
export async function readText(path: string, charsMax: number): Promise<string | undefined> {
  let text = '';
  try {
    const response = await fetch(path, { credentials: 'same-origin', cache: 'no-store', headers: { 'X-Rounds': '1' } });
    if (!response.ok || response.body === null) return undefined;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    while (text.length < charsMax) {
      const { done, value } = await reader.read();
      if (done) break;
      text += value;
    }
    await reader.cancel();
  } catch {
    // Nothing came back, or it broke off: what is there is shown.
    return text === '' ? undefined : text;
  }
  return text;
}
