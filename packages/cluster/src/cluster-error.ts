import { BlaizeError } from '@blaizejs/errors';

/** A cluster can't start or reload. Code: `ERR_BLAIZE_CLUSTER`. */
export class ClusterError extends BlaizeError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_BLAIZE_CLUSTER', message, options);
  }
}
