export { type ApiKey, createApiKey, hashApiKey, isApiKey } from './api-key.ts';
export { apiKeyAuth, type ApiKeyAuthOptions, type ApiKeySource, type StoredApiKey } from './api-key-auth.ts';
export type { Awaitable, Lookup } from './authenticator.ts';
export { basicAuth, type BasicAuthOptions, type UserWithHash } from './basic-auth.ts';
export type { CommonAuthOptions } from './common-options.ts';
export { type Allow, guard, type GuardContext, type GuardOptions, type Prove } from './guard.ts';
export {
  type Granted,
  type HasPermissions,
  type HasRoles,
  requirePermission,
  requireRole,
  requireScope,
  requireUser,
} from './guards.ts';
export {
  hashPassword,
  needsRehash,
  type PasswordCost,
  verifyPassword,
  type VerifyOptions,
} from './password.ts';
export { requireOwner, type RequireOwnerOptions } from './require-owner.ts';
export type { Middleware, MiddlewareContext } from '@blaizejs/types';
