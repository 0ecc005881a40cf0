import { once } from 'node:events';
import { createServer } from 'node:net';

const TRIED = 100;

/** Whether a port is free. @param host the address to bind to; default: every address */
export async function isFree(port: number, host?: string): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen({ port, host }), 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** The first free port after the given one; 0, which lets the system choose, if none of the next hundred is free. */
export async function nextFreePort(port: number, host?: string): Promise<number> {
  for (let next = port + 1; next <= Math.min(port + TRIED, 65_535); next++) {
    if (await isFree(next, host)) return next;
  }
  return 0;
}
