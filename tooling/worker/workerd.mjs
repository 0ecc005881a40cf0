/** The runtime of Cloudflare Workers, as npm has it. */
export const WORKERD = 'workerd@1.20261117.1';

/**
 * The configuration of a worker in the file `worker.js` beside it.
 *
 * @param {number} port
 * @param {string} greeting what the worker gets as the binding `GREETING`
 */
export function configuration(port, greeting) {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .main) ],
  sockets = [ (name = "http", address = "127.0.0.1:${port}", http = (), service = "main") ],
);
const main :Workerd.Worker = (
  modules = [ (name = "worker.js", esModule = embed "worker.js") ],
  bindings = [ (name = "GREETING", text = "${greeting}") ],
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
