/** The runtime of Cloudflare Workers, as npm has it. */
export const WORKERD = 'workerd@1.20261117.1';

/**
 * The configuration of a worker in the file `worker.js` beside it. It may fetch from this machine.
 *
 * @param {number} port
 * @param {Record<string, string>} bindings texts
 */
export function configuration(port, bindings) {
  const texts = Object.entries(bindings).map(
    ([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (allow = ["local", "private", "public"])),
  ],
  sockets = [ (name = "http", address = "127.0.0.1:${port}", http = (), service = "main") ],
);
const main :Workerd.Worker = (
  modules = [ (name = "worker.js", esModule = embed "worker.js") ],
  bindings = [ ${texts.join(', ')} ],
  compatibilityDate = "2026-01-01",
  compatibilityFlags = ["nodejs_compat"],
);
`;
}

/** Asks again while nothing listens, for ten seconds. @param {string} url @param {RequestInit} [init] */
export async function untilItAnswers(url, init) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await fetch(url, init);
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
