/** `pnpm bench`: measures all servers in turns, prints tables, and writes them to RESULTS.md. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { buildIfStale } from './build.mjs';
import { CASES } from './cases.mjs';
import { makeCertificate } from './certificate.mjs';
import { has, leaveServersAlone } from './cores.mjs';
import { select } from './frameworks.mjs';
import { describeRun, nodeVersion } from './machine.mjs';
import { parseOptions, USAGE, UsageError } from './options.mjs';
import { report } from './report.mjs';
import { measureStartUp } from './start-up.mjs';
import { measureThroughput } from './throughput.mjs';

/** @import { Options } from './options.mjs' */

const RESULTS = join(import.meta.dirname, 'RESULTS.md');

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else await run(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}

/** @param {Options} options */
async function run(options) {
  const { cases, protocols, only, rounds, seconds } = options;
  for (const [program, protocol] of /** @type {const} */ ([
    ['wrk', 'h1'],
    ['h2load', 'h2'],
  ])) {
    if (cases.length > 0 && protocols.includes(protocol) && !has(program)) {
      throw new UsageError(`${program} is not installed: see tooling/ci/install-debian.sh.`);
    }
  }
  const nodes = options.nodes.map((binary) => ({ binary, version: nodeVersion(binary) }));
  const [small] = CASES;
  buildIfStale();
  leaveServersAlone();

  const folder = mkdtempSync(join(tmpdir(), 'blaize-benchmark-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  // The listener of `exit` removes the folder. The servers end with this process.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const certificate = await makeCertificate(folder);

  const parts = [];
  for (const { binary, version } of nodes) {
    for (const protocol of protocols) {
      const frameworks = select(only, protocol);
      const log = (/** @type {string} */ line) => console.log(`Node ${version}  ${line}`);
      const settings = { node: binary, protocol, frameworks, certificate, log };
      const startUp =
        options.startUp && small
          ? await measureStartUp({ ...settings, of: small, runs: options.startUpRuns })
          : [];
      const throughput = await measureThroughput({ ...settings, cases, rounds, seconds });
      parts.push(report({ node: version, protocol, throughput, startUp }));
      console.log(`\n${parts.at(-1)}\n`);
    }
  }
  if (options.write) {
    writeFileSync(
      RESULTS,
      results(
        options,
        nodes.map(({ version }) => version),
        parts,
      ),
    );
    console.log(`Written to ${RESULTS}`);
  }
}

/** @param {Options} options @param {readonly string[]} nodes versions @param {readonly string[]} parts */
function results({ rounds, seconds, startUpRuns }, nodes, parts) {
  const intro = `# Results

By \`pnpm bench\`; [README.md](README.md) says what the cases are, and what can't be concluded from them.

${describeRun(nodes)}
- ${rounds} rounds of ${seconds} s each, ${startUpRuns} cold starts; figures are medians

\`× raw\` and \`× Fastify\`: requests a second as a multiple of those of bare Node and of Fastify, the median of the rounds.
\`CPU × …\`: the same for requests per second of CPU time, which other work on the machine hardly disturbs.`;
  return `${[intro, ...parts].join('\n\n')}\n`;
}
