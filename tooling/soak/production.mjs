/**
 * `pnpm soak:production`: the sample app in production, with two workers behind HAProxy. While visitors use it over both
 * protocols, its workers are replaced again and again, with new code and a new certificate; workers are killed; Redis goes away
 * and comes back. No request may fail, and Prometheus, the log and the traces have to tell what has happened.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { connect } from 'node:tls';

import { freePort } from '../free-port.mjs';
import { Prometheus } from '../prometheus/prometheus.ts';
import { runCommand } from './command.mjs';
import { Child } from './processes.mjs';
import { App, WORKERS } from './production/app.mjs';
import { Authority } from './production/certificates.mjs';
import { Collector } from './production/collector.mjs';
import { askPrometheus, hasRecovered, readLog, readTraces } from './production/evidence.mjs';
import { startHaproxy, startRedis } from './production/programs.mjs';
import { table } from './table.mjs';

/** @import { Tally } from './production/visitor.mjs' */

// Milliseconds: of load between two events; for which Redis is away; of spans and metrics to arrive.
const BETWEEN = 1000;
const AWAY = 4000;
const SETTLE = 3000;

await runCommand(['rolls', 'kills'], async (folder, { rolls = 20, kills = 2 }) => {
  const metrics = await freePort();
  const prometheus = await Prometheus.start(`http://127.0.0.1:${metrics}/metrics`);
  try {
    return await produce(folder, { rolls, kills, metrics, prometheus });
  } finally {
    await prometheus[Symbol.asyncDispose]();
  }
});

/**
 * @param {string} folder
 * @param {{ rolls: number, kills: number, metrics: number, prometheus: Prometheus }} options `metrics`: the port that
 *   Prometheus scrapes
 */
async function produce(folder, { rolls, kills, metrics, prometheus }) {
  const ports = {
    app: await freePort(),
    redis: await freePort(),
    http: await freePort(),
    tcp: await freePort(),
  };
  const file = (/** @type {string} */ name) => join(folder, name);
  for (const name of ['redis', 'proxy']) mkdirSync(file(name));
  const authority = new Authority(folder);
  authority.issue(file('proxy/proxy.pem'), file('proxy/proxy.pem'));
  const renew = () => authority.issue(file('cert.pem'), file('key.pem'));
  renew();

  const collector = new Collector();
  let redis = await startRedis(file('redis'), ports.redis);
  const app = new App(file('app'), {
    PORT: String(ports.app),
    HOST: '127.0.0.1',
    TRUST_PROXY: 'loopback',
    SSL_KEY_PATH: file('key.pem'),
    SSL_CERT_PATH: file('cert.pem'),
    DATABASE_URL: pathToFileURL(file('bookmarks.db')).href,
    REDIS_URL: `redis://127.0.0.1:${ports.redis}`,
    REQUEST_LIMIT: '500000',
    SIGN_IN_LIMIT: '1000',
    METRICS_PORT: String(metrics),
    OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start(),
    OTEL_BSP_SCHEDULE_DELAY: '500',
    OTEL_BSP_MAX_QUEUE_SIZE: '20000',
  });
  await app.build(0);
  await app.start();
  await startHaproxy(file('proxy'), {
    ...ports,
    pem: file('proxy/proxy.pem'),
    ca: authority.file,
  });
  const client = Child.start(join(import.meta.dirname, 'production/client.mjs'), { cwd: folder });
  const urls = { https: `https://localhost:${ports.http}`, passed: `https://localhost:${ports.tcp}` };
  await client.ask('begin', { ...urls, ca: authority.pem });

  const begun = performance.now();
  /** @type {string[]} */
  const problems = [];
  /** @type {number[]} */
  const killed = [];
  /** @type {number[]} */
  const back = [];
  const isDue = (/** @type {number} */ roll, /** @type {number} */ count) =>
    Math.floor((roll * count) / rolls) > Math.floor(((roll - 1) * count) / rolls);
  for (let roll = 1; roll <= rolls; roll++) {
    const serial = renew();
    await app.build(roll);
    await app.reload();
    problems.push(...(await checkRelease(urls.passed, authority.pem, { roll, serial })));
    await setTimeout(BETWEEN);
    if (isDue(roll, kills)) {
      killed.push(Date.now());
      back.push(Math.round(await app.kill()));
      await setTimeout(BETWEEN);
    }
    if (roll === Math.ceil(rolls / 2)) {
      await redis.stop('SIGKILL');
      await setTimeout(AWAY);
      redis = await startRedis(file('redis'), ports.redis);
      await app.waitFor(hasRecovered);
      await setTimeout(BETWEEN);
    }
    process.stdout.write('.');
  }
  const { tallies, bookmarks } = await client.ask('end');
  const seconds = (performance.now() - begun) / 1000;
  await setTimeout(SETTLE);

  const story = { rolls, workers: WORKERS, kills: killed, seconds, tallies };
  const told = { Prometheus: await askPrometheus(prometheus, story) };
  const pids = app.workers();
  const end = await app.stop();
  if (end !== 'exit code 0') problems.push(`The app ended with ${end}.`);
  for (const pid of pids.filter(isAlive)) problems.push(`Worker ${pid} has survived the primary.`);
  Object.assign(told, { log: readLog(app, story), traces: readTraces(collector, story) });
  collector.stop();
  console.log(
    `\n\n${rolls} reloads, ${kills} kills and an outage of Redis in ${Math.round(seconds)} s on Node ${process.versions.node}. ` +
      `Workers were replaced after ${back.join(', ')} ms. ${bookmarks} bookmarks were added.\n`,
  );
  return report(tallies, told, problems);
}

/**
 * Whether new connections get the new code and the new certificate.
 *
 * @param {string} url
 * @param {string} ca
 * @param {{ roll: number, serial: string }} expected
 */
async function checkRelease(url, ca, { roll, serial }) {
  const { hostname, port } = new URL(url);
  const problems = [];
  for (let index = 0; index < 4; index++) {
    const found = await new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), servername: 'localhost', ca });
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      socket.on('secureConnect', () => {
        const { serialNumber } = socket.getPeerCertificate();
        socket.write('GET /release HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
        socket.on('end', () => resolve(`${serialNumber} ${/\{"release":(\d+)\}/.exec(text)?.[1]}`));
      });
      socket.on('error', reject);
    });
    if (found !== `${serial} ${roll}`)
      problems.push(`After reload ${roll}: ${found} instead of ${serial} ${roll}.`);
  }
  return problems;
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/**
 * @param {readonly Tally[]} tallies
 * @param {Record<string, { found: Record<string, number>, problems: string[] }>} told
 * @param {string[]} problems
 */
function report(tallies, told, problems) {
  const rows = tallies.map(({ name, answered, again, waited, slowest, failures }) => [
    name,
    answered,
    Object.values(again).reduce((sum, count) => sum + count, 0),
    waited,
    Math.round(slowest),
    failures.length,
  ]);
  console.log(table(['visitors', 'answered', 'sent again', 'came back later', 'slowest ms', 'failed'], rows));
  for (const { name, again } of tallies)
    for (const [reason, count] of Object.entries(again)) console.log(`${name}: ${count} × ${reason}`);
  for (const [who, { found, problems: its }] of Object.entries(told)) {
    console.log(`\n${who}\n${table(['', ''], Object.entries(found))}`);
    problems.push(...its);
  }
  for (const { name, failures } of tallies)
    problems.push(...failures.map((failure) => `${name}: ${failure}`));
  for (const problem of problems.slice(0, 50)) console.error(problem);
  console.log(
    problems.length === 0 ? '\nNo request was lost, and all was told.' : `\n${problems.length} problems.`,
  );
  return problems.length === 0;
}
