import { BlaizeError } from './blaize-error.ts';
import { brand } from './brand.ts';

/**
 * A port or host that cannot be listened on. Code: the system's own, such as `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL` or
 * `ENOTFOUND`. It carries no stack trace: the fault is in the environment, not in the code.
 */
export class ListenError extends BlaizeError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'ListenError');

  readonly host: string;
  readonly port: number;

  /** @param cause what the system said; Node's errors have a code */
  constructor(
    cause: { readonly code?: string | undefined; readonly message: string },
    host: string,
    port: number,
  ) {
    const { code = 'EUNKNOWN', message } = cause;
    super(code, explain(code, host, port) ?? `Cannot listen on port ${port} of ${host}: ${message}.`);
    this.host = host;
    this.port = port;
    this.stack = `${this.name}: ${this.message}`;
  }
}

function explain(code: string, host: string, port: number): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is already in use. Stop the process that listens there, or choose another port.`;
    case 'EACCES':
      return `This process may not listen on port ${port} of ${host} (EACCES). Choose a port from 1024 up, or grant it the right to bind lower ones.`;
    case 'EADDRNOTAVAIL':
      return `Cannot listen on ${host}: this machine has no such address. Choose one of its own, or 0.0.0.0 for all of them.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `Cannot listen on ${host}: the name does not resolve to an address (${code}).`;
    default:
      return undefined;
  }
}
