import { ClientError } from './client-error.ts';

/** A handler for `catch`: any error that the client did not throw itself came from the network. */
export function networkError(name: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof ClientError) throw error;
    // Node, Deno and Bun say so, each in its own words; browsers do not.
    const isRedirect = /redirect/i.test(`${error as Error} ${(Object(error) as Error).cause as Error}`);
    throw new ClientError(
      isRedirect ? 'ERR_BLAIZE_CLIENT_RESPONSE' : 'ERR_BLAIZE_CLIENT_NETWORK',
      `${name} ${isRedirect ? 'was redirected too often, or against `redirect`' : 'failed: there was no connection, or it broke'}.`,
      error,
    );
  };
}
