/** Runs out of memory once its server is up. */
import { debug } from '@blaizejs/plugins/debug';
import { startTestServer } from '@blaizejs/testing';

const [, , directory = ''] = process.argv;
await startTestServer({ tls: false, plugins: [debug({ listen: { port: 0 }, report: { directory } })] });
const held: object[] = [];
for (;;) held.push(Array.from({ length: 1000 }, (_, i) => ({ i })));
