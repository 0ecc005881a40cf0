import { BlaizeError } from './blaize-error.ts';
import { brand } from './brand.ts';

/** The server's current state does not allow a call. Code: `ERR_BLAIZE_SERVER_STATE`. */
export class ServerStateError extends BlaizeError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'ServerStateError');

  constructor(message: string) {
    super('ERR_BLAIZE_SERVER_STATE', message);
  }
}

/** A key or certificate cannot be used. Code: `ERR_BLAIZE_CERTIFICATE`. */
export class CertificateError extends BlaizeError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'CertificateError');

  /** The file that has the problem, if there is one. */
  readonly file: string | undefined;

  constructor(message: string, file?: string, options?: ErrorOptions) {
    super('ERR_BLAIZE_CERTIFICATE', message, options);
    this.file = file;
  }
}

/** A plugin failed. Code: `ERR_BLAIZE_PLUGIN`. */
export class PluginError extends BlaizeError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'PluginError');

  /** The name of the plugin. */
  readonly plugin: string;

  constructor(plugin: string, message: string, options?: ErrorOptions) {
    super('ERR_BLAIZE_PLUGIN', `Plugin "${plugin}" ${message}`, options);
    this.plugin = plugin;
  }
}

/** Two routes have the same method and path. Code: `ERR_BLAIZE_ROUTE_CONFLICT`. */
export class RouteConflictError extends BlaizeError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'RouteConflictError');

  constructor(message: string) {
    super('ERR_BLAIZE_ROUTE_CONFLICT', message);
  }
}

/** A route file or directory does not load. Code: `ERR_BLAIZE_ROUTE_LOAD`. */
export class RouteLoadError extends BlaizeError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'RouteLoadError');

  readonly file: string;

  constructor(file: string, message: string, options?: ErrorOptions) {
    super('ERR_BLAIZE_ROUTE_LOAD', message, options);
    this.file = file;
  }
}
