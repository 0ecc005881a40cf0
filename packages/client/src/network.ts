import { ClientError } from './client-error.ts';

/** For `catch`: whatever goes wrong there, other than what the client finds, is the network's fault. */
export function networkError(name: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof ClientError
      ? error
      : new ClientError(
          'ERR_BLAIZE_CLIENT_NETWORK',
          `${name} failed: there was no connection, or it broke.`,
          error,
        );
  };
}
