import { subscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:net';

import type { MisplacedRoute, ServedRouteFiles } from '@blaizejs/router/files';

import type { ChildReport } from './dev/child-report.ts';

// Loaded into the server that `blaize dev` runs, before the server's own code. It reports the ports that the server takes,
// or fails to take, through Node's diagnostics channels, and changes nothing.

// Processes that the server forks have the same arguments, but another parent.
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
      routes: routes.map(({ method, pattern, wildcard, file, exportName, constraints }) => ({
        method,
        pattern,
        wildcard,
        file,
        exportName,
        // Whether there are any: what they are may be no JSON.
        constraints: constraints && {},
      })),
    });
  });
  subscribe('blaizejs.router.misplaced', (message) => {
    tell({ event: 'misplaced', ...(message as MisplacedRoute) });
  });
  // If the parent dies, the server must not keep the port.
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
}

interface ListenError {
  readonly port?: number;
  readonly address?: string;
}
