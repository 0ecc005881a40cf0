/** A server with debug(), in a process of its own. Tells where it listens. */
import { debug, type Debug } from '@blaizejs/plugins/debug';
import { startTestServer } from '@blaizejs/testing';

const app = await startTestServer({ tls: false, plugins: [debug({ listen: { port: 0 } })] });
process.send?.((app.server.services as { debug: Debug }).debug.url);
