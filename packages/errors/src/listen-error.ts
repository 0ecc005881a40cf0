import { BlaizeError } from './blaize-error.ts';
import { brand } from './brand.ts';

/**
 * The server cannot listen on a port or host. Code: that of the system, such as `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL` or
 * `ENOTFOUND`. It has no stack trace, because the cause is the environment, not the code.
 */
export class ListenError extends BlaizeError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'ListenError');

  readonly host: string;
  readonly port: number;

  /**
   * @param cause the error of the system; Node's errors have a code
   * @param place if it is not a port: a path, or a file descriptor
   */
  constructor(
    cause: { readonly code?: string | undefined; readonly message: string },
    host: string,
    port: number,
    place?: string,
  ) {
    const { code = 'EUNKNOWN', message } = cause;
    const known = place === undefined ? explain(code, host, port) : explainPlace(code, place);
    super(code, known ?? `Cannot listen on ${place ?? `port ${port} of ${host}`}: ${message}.`);
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

function explainPlace(code: string, place: string): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `${place} exists already. Stop the process that listens there, or remove the file if it was left behind.`;
    case 'EACCES':
      return `Cannot listen on ${place}: its folder does not exist, or this process may not write there (EACCES).`;
    default:
      return undefined;
  }
}
