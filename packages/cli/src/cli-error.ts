import { BlaizeError } from '@blaizejs/errors';

/** A command that could not do what it was asked for. Code: `ERR_BLAIZE_CLI`. */
export class CliError extends BlaizeError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_BLAIZE_CLI', message, options);
  }
}

/** A command that was not understood. Code: `ERR_BLAIZE_CLI_USAGE`. */
export class UsageError extends BlaizeError {
  constructor(message: string) {
    super('ERR_BLAIZE_CLI_USAGE', message);
  }
}
