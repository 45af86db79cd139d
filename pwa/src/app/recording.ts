/** How is a spoken note recorded? By the browser, in the form that it likes; nothing is heard before somebody agreed. */
import type { AgreedBy, AudioTaken } from '@/api/types';
import { newId } from '@/lib/ids';
import { keepPhotoBytes } from '@/store/photos';

import { position } from './position.svelte';
import { store } from './session.svelte';
import { shotAt, signedNote, type OfVisit } from './signing';

/** As the server takes them, the best first: Chromium and Firefox write the first, Safari the second. */
const FORMS = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'] as const;
/** Speech is clear at this; three minutes are 720 kB. */
const BITS_PER_SECOND = 32_000;

export interface Recorded {
  readonly bytes: ArrayBuffer;
  readonly media_type: string;
  readonly duration_ms: number;
}

export interface Recording {
  /** How loud it is just now, 0 to 1. */
  readonly level: () => number;
  readonly stop: () => void;
  /** What was heard, also when the microphone went away by itself; undefined when it was nothing. */
  readonly done: Promise<Recorded | undefined>;
}

function levelOf(stream: MediaStream): { level: () => number; close: () => void } {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const level = (): number => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    // Half of the bar is a quiet voice: loudness is heard by its logarithm.
    return Math.min(1, Math.max(0, 1 + Math.log10(Math.sqrt(power) + 1e-6) / 3));
  };
  return { level, close: () => { context.close().catch((error: unknown) => { reportError(error); }); } };
}

/** Begins to record; `denied` when the person or the system says no, `unavailable` when this phone cannot. */
export async function startRecording(msMax: number): Promise<Recording | 'denied' | 'unavailable'> {
  const form = 'MediaRecorder' in globalThis ? FORMS.find((one) => MediaRecorder.isTypeSupported(one)) : undefined;
  if (form === undefined || !('mediaDevices' in navigator)) return 'unavailable';
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    return error instanceof DOMException && error.name === 'NotAllowedError' ? 'denied' : 'unavailable';
  }
  const recorder = new MediaRecorder(stream, { mimeType: form, audioBitsPerSecond: BITS_PER_SECOND });
  const heard: Blob[] = [];
  const meter = levelOf(stream);
  const startedMs = performance.now();
  recorder.addEventListener('dataavailable', ({ data }) => { if (data.size > 0) heard.push(data); });
  const done = new Promise<Recorded | undefined>((resolve, reject) => {
    recorder.addEventListener('stop', () => {
      const duration_ms = Math.min(msMax, Math.round(performance.now() - startedMs));
      for (const track of stream.getTracks()) track.stop();
      meter.close();
      const media_type = form.split(';')[0] ?? form;
      new Blob(heard).arrayBuffer().then((bytes) => { resolve(bytes.byteLength === 0 ? undefined : { bytes, media_type, duration_ms }); }, reject);
    });
  });
  recorder.start();
  const timer = setTimeout(() => { stop(); }, msMax);
  const stop = (): void => {
    clearTimeout(timer);
    if (recorder.state !== 'inactive') recorder.stop();
  };
  return { level: meter.level, stop, done };
}

/** Keeps a note and says how the record names it; `consent_by` is who is heard and agreed before it began. */
export async function takeNote({ bytes, media_type, duration_ms }: Recorded, consent_by: AgreedBy, of: OfVisit, now: Date): Promise<AudioTaken> {
  const shot = await shotAt('microphone', position().position, now);
  const { sha256 } = await keepPhotoBytes(store(), bytes, bytes);
  const note = { id: newId(), sha256, size_bytes: bytes.byteLength, media_type, duration_ms, taken_at: now.toISOString(), consent_by };
  return await signedNote(note, of, shot);
}
