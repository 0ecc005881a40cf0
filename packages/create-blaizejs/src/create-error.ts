/** An app that could not be made. */
export class CreateError extends Error {
  override name = 'CreateError';
}

/** A command line that was not understood, or does not say enough. */
export class UsageError extends Error {
  override name = 'UsageError';
}
