// Loaded before AWS's runtime interface client: its way to Lambda's Runtime API without the addon that it would have to
// compile. Everything else of it is AWS's: how a handler is found, called and streams.
import Module from 'node:module';
import path from 'node:path';

const api = `http://${process.env['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation`;
/** @type {(url: string, body: string) => void} */
const post = (url, body) => void fetch(url, { method: 'POST', body });
const client = {
  initializeClient: () => undefined,
  next: async () => {
    const response = await fetch(`${api}/next`);
    return { bodyJson: await response.text(), headers: Object.fromEntries(response.headers) };
  },
  done: (/** @type {string} */ id, /** @type {string} */ body) => post(`${api}/${id}/response`, body),
  error: (/** @type {string} */ id, /** @type {string} */ body) => post(`${api}/${id}/error`, body),
};

const extensions = /** @type {Record<string, (module: { exports: unknown }, filename: string) => void>} */ (
  /** @type {any} */ (Module)._extensions
);
const load = extensions['.node'];
extensions['.node'] = (/** @type {{ exports: unknown }} */ module, /** @type {string} */ filename) => {
  if (path.basename(filename) === 'rapid-client.node') module.exports = client;
  else load?.(module, filename);
};
