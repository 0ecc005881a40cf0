/**
 * Loaded into every Node process of a check: a server that listens on port 3000, as on the pages, gets a free port instead,
 * so that several checks can run at once. A `.curlrc` does the same for curl.
 */
import { Server } from 'node:net';

const WRITTEN = 3000;
const port = Number(process.env['AS_WRITTEN_PORT']);
const { listen } = Server.prototype;

/** @param {unknown[]} args */
Server.prototype.listen = function (...args) {
  const [first] = args;
  if (first === WRITTEN) args[0] = port;
  else if (typeof first === 'object' && first !== null && 'port' in first && first.port === WRITTEN) {
    args[0] = { ...first, port };
  }
  return Reflect.apply(listen, this, args);
};
