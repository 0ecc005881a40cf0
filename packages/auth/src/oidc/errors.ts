import {
  BadRequestError,
  ForbiddenError,
  ServiceUnavailableError,
  UnauthorizedError,
} from '@blaizejs/errors';

/** The answer of a provider can't be used: it is not for this attempt, was used before, or came too late. */
export function badLogin(why: string, cause?: Error): BadRequestError {
  return new BadRequestError(`${why} Please sign in again.`, {
    code: 'ERR_BLAIZE_AUTH_LOGIN',
    ...(cause && { cause }),
  });
}

/** The provider, or the person there, said no. */
export function deniedLogin(error: string): ForbiddenError {
  return new ForbiddenError(`The sign-in was refused by the provider: ${error}.`, {
    code: 'ERR_BLAIZE_AUTH_LOGIN_DENIED',
  });
}

/** The provider can't be asked. @param seconds after which it is asked again */
export function providerFailed(issuer: string, cause: Error, seconds = 1): ServiceUnavailableError {
  return new ServiceUnavailableError(`The provider ${issuer} cannot be asked: ${cause.message}`, {
    code: 'ERR_BLAIZE_AUTH_PROVIDER',
    cause,
    headers: { 'retry-after': String(seconds) },
  });
}

/** There are no tokens any more, so the person has to sign in again. */
export function noTokens(why: string): UnauthorizedError {
  return new UnauthorizedError(`${why} Please sign in again.`, {
    code: 'ERR_BLAIZE_AUTH_TOKENS',
    headers: { 'www-authenticate': 'Session' },
  });
}
