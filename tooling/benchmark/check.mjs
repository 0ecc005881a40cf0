/** `pnpm check:benchmark`: every framework of the benchmark answers every case alike. Runs from source. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { FROM_SOURCE } from '../from-source.mjs';
import { CASES } from './cases.mjs';
import { makeCertificate } from './certificate.mjs';
import { FRAMEWORKS } from './frameworks.mjs';
import { ServerProcess } from './server-process.mjs';
import { ask, problemWith } from './verify.mjs';

/** @import { Certificate } from './certificate.mjs' */
/** @import { Protocol } from './cases.mjs' */
/** @import { Framework } from './frameworks.mjs' */

// What the benchmark itself measures is what was built.

const folder = mkdtempSync(join(tmpdir(), 'blaize-benchmark-check-'));
try {
  const certificate = await makeCertificate(folder);
  for (const framework of FRAMEWORKS) {
    for (const protocol of framework.protocols) {
      const problems = await problemsOf({ framework, protocol, certificate });
      for (const problem of problems) console.error(problem);
      if (problems.length > 0) process.exitCode = 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * @param {{ framework: Framework, protocol: Protocol, certificate: Certificate }} options
 * @returns {Promise<string[]>} what is wrong with the answers of one server
 */
async function problemsOf({ framework, protocol, certificate }) {
  const cases = CASES.filter(({ only }) => only?.includes(framework.name) ?? true);
  const node = [process.execPath, ...(framework.name === 'blaize' ? FROM_SOURCE : [])];
  const routes = Math.max(...cases.map((one) => one.routes));
  const title = `${framework.title} over ${protocol}`;
  const problems = [];
  const server = await ServerProcess.start({ node, framework, protocol, case: { routes }, certificate });
  try {
    for (const one of cases) {
      const problem = problemWith(one, await ask(protocol, server.port, one, certificate.cert));
      if (problem !== undefined) problems.push(`${title}, ${one.name}: ${problem}`);
    }
  } finally {
    await server.stop();
  }
  console.log(`${title}: ${cases.length - problems.length} of ${cases.length} answers are right`);
  return problems;
}
