import { subscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:net';

import type { MisplacedRoute, ServedRouteFiles } from '@blaizejs/router/files';

import type { ChildReport } from './dev/child-report.ts';

// Loaded into the server that `blaize dev` runs, before the server's own code. It tells of the ports that it takes, or
// fails to take, through Node's own diagnostics, and changes nothing.

// Processes that the server forks are started with the same arguments, and have other parents.
if (process.send && process.env.BLAIZE_DEV === String(process.ppid)) {
  const tell = (report: ChildReport): void => void process.send?.(report);

  subscribe('tracing:net.server.listen:asyncEnd', (message) => {
    const address = (message as { server: Server }).server.address();
    if (typeof address === 'object' && address) {
      tell({ event: 'listening', port: address.port, host: address.address });
    }
  });
  subscribe('tracing:net.server.listen:error', (message) => {
    const { code, port, address } = (message as { error: NodeJS.ErrnoException & ListenError }).error;
    if (code === 'EADDRINUSE' && port !== undefined) tell({ event: 'taken', port, host: address });
  });
  subscribe('blaizejs.router.files', (message) => {
    const { routes } = message as ServedRouteFiles;
    tell({
      event: 'routes',
      routes: routes.map(({ method, pattern, wildcard, file, exportName }) => ({
        method,
        pattern,
        wildcard,
        file,
        exportName,
      })),
    });
  });
  subscribe('blaizejs.router.misplaced', (message) => {
    tell({ event: 'misplaced', ...(message as MisplacedRoute) });
  });
  // Who has lost its parent would hold the port until somebody looks for it.
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
}

interface ListenError {
  readonly port?: number;
  readonly address?: string;
}
