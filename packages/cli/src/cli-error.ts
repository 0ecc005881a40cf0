import { BlaizeError } from '@blaizejs/errors';

/** A command failed. Code: `ERR_BLAIZE_CLI`. */
export class CliError extends BlaizeError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_BLAIZE_CLI', message, options);
  }
}

/** The arguments of a command are wrong. Code: `ERR_BLAIZE_CLI_USAGE`. */
export class UsageError extends BlaizeError {
  constructor(message: string) {
    super('ERR_BLAIZE_CLI_USAGE', message);
  }
}
