// Uploads a file as tus-js-client does it, over a line that may break at any byte; prints what it took as JSON.
// node upload.mjs ENDPOINT FILE SHA256 HEADERS [ADDRESS]: with an address it goes on with an upload that was begun.
import { readFileSync } from 'node:fs';
import { Upload } from 'tus-js-client';

const [endpoint, file, sha256, headers, address] = process.argv.slice(2);
const offsets = [];
let cuts = 0;

const upload = new Upload(readFileSync(file), {
  endpoint,
  uploadUrl: address ?? null,
  chunkSize: 65_536,
  headers: JSON.parse(headers),
  metadata: { sha256, type: 'image/jpeg', filename: 'photo.jpg' },
  retryDelays: Array.from({ length: 200 }, () => 10),
  onShouldRetry: () => {
    cuts += 1;
    return true;
  },
  onChunkComplete: (_size, accepted) => offsets.push(accepted),
  onError: (error) => {
    process.stderr.write(`${error}\n`);
    process.exit(1);
  },
  onSuccess: () => process.stdout.write(`${JSON.stringify({ address: upload.url, cuts, offsets })}\n`),
});
upload.start();
