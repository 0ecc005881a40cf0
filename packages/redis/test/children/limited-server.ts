/**
 * One of several servers that share a limit. `process.argv`: the socket of Redis. It is sent how many requests to send itself over
 * each protocol, all at once, and tells how many were served.
 */
import { rateLimit } from '@blaizejs/middleware/rate-limit';
import { redisRateLimitStore } from '@blaizejs/redis';
import { startTestServer } from '@blaizejs/testing';
import { Redis } from 'ioredis';

const client = new Redis({ path: process.argv[2] ?? '' });
await client.ping();
const limit = rateLimit({
  limit: 1000,
  // So long that no unit comes back while the test runs.
  window: 300 * 86_400_000,
  store: redisRateLimitStore(client),
  // With time for a machine that is busy.
  storeTimeout: 30_000,
});
const app = await startTestServer({ middleware: [limit] });
app.server.router.addRoute('GET', '/', { handler: () => 'hello' });

process.on('message', (requests: number) => void run(requests));
process.once('disconnect', () => process.exit());
process.send?.('ready');

async function run(requests: number): Promise<void> {
  const asked = Array.from({ length: requests }, () => [app.http1.request('/'), app.http2.request('/')]);
  const answers = await Promise.all(asked.flat());
  await Promise.all(answers.map((answer) => answer.text()));
  const statuses = new Map<number, number>();
  for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  process.send?.(Object.fromEntries(statuses));
}
