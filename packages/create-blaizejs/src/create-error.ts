/** The app could not be created. */
export class CreateError extends Error {
  override name = 'CreateError';
}

/** The command line is wrong or incomplete. */
export class UsageError extends Error {
  override name = 'UsageError';
}
