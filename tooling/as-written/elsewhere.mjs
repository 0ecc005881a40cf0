/**
 * Loaded into every Node of a check: a server that listens on port 3000, as pages have it, gets a free one, and so do
 * several checks at once. curl is told the same by its `.curlrc`.
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
