/**
 * A fault of set-up or use: what happened, where, with which value, and what to do. Every error that the framework
 * throws on its own account, outside of answering a request, is one of these.
 */
export class BlaizeError extends Error {
  /** Stable across releases, for programs; the message is for people. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** One thing that is wrong with a configuration. */
export interface ConfigurationProblem {
  /** Where: `http2.keyFile`. */
  readonly path: string;
  /** What was given; undefined where nothing was. */
  readonly received: unknown;
  /** What would do: `a whole number from 0 to 65535`. */
  readonly expected: string;
  /** What was probably meant. */
  readonly suggestion?: string | undefined;
}

/** Options that can't be used. It lists every problem at once. Code: `ERR_BLAIZE_CONFIGURATION`. */
export class ConfigurationError extends BlaizeError {
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[]) {
    const lines = problems.map(({ path, received, expected, suggestion }) => {
      const came = received === undefined ? 'nothing' : show(received);
      return `  - ${path}: expected ${expected}, received ${came}${suggestion ? `. ${suggestion}` : ''}`;
    });
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super('ERR_BLAIZE_CONFIGURATION', `The options have ${count}:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

/** A call that the server's present state does not allow. Code: `ERR_BLAIZE_SERVER_STATE`. */
export class ServerStateError extends BlaizeError {
  constructor(message: string) {
    super('ERR_BLAIZE_SERVER_STATE', message);
  }
}

/** A key or certificate that can't be used. Code: `ERR_BLAIZE_CERTIFICATE`. */
export class CertificateError extends BlaizeError {
  /** The file that it is about, where there is one. */
  readonly file: string | undefined;

  constructor(message: string, file?: string, options?: ErrorOptions) {
    super('ERR_BLAIZE_CERTIFICATE', message, options);
    this.file = file;
  }
}

/** A plugin that failed. Code: `ERR_BLAIZE_PLUGIN`. */
export class PluginError extends BlaizeError {
  readonly plugin: string;

  constructor(plugin: string, message: string, options?: ErrorOptions) {
    super('ERR_BLAIZE_PLUGIN', `Plugin "${plugin}" ${message}`, options);
    this.plugin = plugin;
  }
}

/** Two routes for one method and path. Code: `ERR_BLAIZE_ROUTE_CONFLICT`. */
export class RouteConflictError extends BlaizeError {
  constructor(message: string) {
    super('ERR_BLAIZE_ROUTE_CONFLICT', message);
  }
}

/** A route file or directory that does not load. Code: `ERR_BLAIZE_ROUTE_LOAD`. */
export class RouteLoadError extends BlaizeError {
  readonly file: string;

  constructor(file: string, message: string, options?: ErrorOptions) {
    super('ERR_BLAIZE_ROUTE_LOAD', message, options);
    this.file = file;
  }
}

/**
 * A port or host that can't be listened on. Code: the system's own, `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL` or
 * `ENOTFOUND` among them. It has no calls to show: nothing is wrong with the code.
 */
export class ListenError extends BlaizeError {
  readonly host: string;
  readonly port: number;

  // Not `NodeJS.ErrnoException`: these declarations need no types of Node.
  constructor(cause: Error & { code?: string | undefined }, host: string, port: number) {
    const { code = 'EUNKNOWN', message } = cause;
    super(code, explainListen(code, host, port) ?? `Can't listen on port ${port} of ${host}: ${message}.`);
    this.host = host;
    this.port = port;
    this.stack = `${this.name}: ${this.message}`;
  }
}

function explainListen(code: string, host: string, port: number): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is taken: something listens there already. Stop that, or choose another port.`;
    case 'EACCES':
      return `Port ${port} of ${host} is not for this process (EACCES). Choose one from 1024 on, or give it the right to bind lower ones.`;
    case 'EADDRNOTAVAIL':
      return `Can't listen on ${host}: this machine has no such address. Choose one of its own, or 0.0.0.0 for all.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `Can't listen on ${host}: no address is known for that name (${code}).`;
    default:
      return undefined;
  }
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
