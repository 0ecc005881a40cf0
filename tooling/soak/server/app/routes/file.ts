import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../download.bin', import.meta.url));

export const GET = { handler: () => createReadStream(FILE) };
