import { BlaizeError } from './blaize-error.ts';
import { brand } from './brand.ts';

/** A call that the server's current state does not allow. Code: `ERR_BLAIZE_SERVER_STATE`. */
export class ServerStateError extends BlaizeError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'ServerStateError');

  constructor(message: string) {
    super('ERR_BLAIZE_SERVER_STATE', message);
  }
}

/** A key or certificate that cannot be used. Code: `ERR_BLAIZE_CERTIFICATE`. */
export class CertificateError extends BlaizeError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'CertificateError');

  /** The file at fault, if there is one. */
  readonly file: string | undefined;

  constructor(message: string, file?: string, options?: ErrorOptions) {
    super('ERR_BLAIZE_CERTIFICATE', message, options);
    this.file = file;
  }
}

/** A plugin that failed. Code: `ERR_BLAIZE_PLUGIN`. */
export class PluginError extends BlaizeError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'PluginError');

  /** The name of the plugin. */
  readonly plugin: string;

  constructor(plugin: string, message: string, options?: ErrorOptions) {
    super('ERR_BLAIZE_PLUGIN', `Plugin "${plugin}" ${message}`, options);
    this.plugin = plugin;
  }
}

/** Two routes for one method and path. Code: `ERR_BLAIZE_ROUTE_CONFLICT`. */
export class RouteConflictError extends BlaizeError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'RouteConflictError');

  constructor(message: string) {
    super('ERR_BLAIZE_ROUTE_CONFLICT', message);
  }
}

/** A route file or directory that does not load. Code: `ERR_BLAIZE_ROUTE_LOAD`. */
export class RouteLoadError extends BlaizeError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'RouteLoadError');

  readonly file: string;

  constructor(file: string, message: string, options?: ErrorOptions) {
    super('ERR_BLAIZE_ROUTE_LOAD', message, options);
    this.file = file;
  }
}
