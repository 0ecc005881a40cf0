import { onCore } from './cores.mjs';
import { ServerProcess } from './server-process.mjs';
import { ask, problemWith } from './verify.mjs';

/** @import { Case } from './cases.mjs' */
/** @import { Framework } from './frameworks.mjs' */
/** @import { Settings } from './throughput.mjs' */

/**
 * Starts a framework's server and sends one request. If the answer is wrong, throws, and leaves no process behind.
 *
 * @param {Case} of @param {Framework} framework
 * @param {Pick<Settings, 'node' | 'protocol' | 'certificate'>} settings
 */
export async function startAnswering(of, framework, { node, protocol, certificate }) {
  const server = await ServerProcess.start({
    node: onCore(0, [node]),
    framework,
    protocol,
    case: of,
    certificate,
  });
  try {
    const problem = problemWith(of, await ask(protocol, server.port, of, certificate.cert));
    if (problem !== undefined) throw new Error(`${framework.name} answers ${of.path} with ${problem}`);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}
