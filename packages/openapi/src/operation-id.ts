import { constraintKey } from '@blaizejs/router/internal';
import type { RouteInfo } from '@blaizejs/types';

/** The name of a route: `GET /users/:id`. */
export function nameOf({ method, pattern }: RouteInfo): string {
  return `${method} ${pattern}`;
}

/** The name of a route with its constraints: `GET /users with version 2`. */
export function describeRoute(route: RouteInfo): string {
  const constraints = constraintKey(route.constraints);
  return constraints === '' ? nameOf(route) : `${nameOf(route)} with ${constraints}`;
}

/** The `operationId` of a route that names none: `getUsersById` for `GET /users/:id`. */
export function operationIdOf(method: string, path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  const words = segments.flatMap((segment) =>
    segment
      .split(/(\{[^}]*\})/)
      .filter((part) => part !== '')
      .flatMap((part) => (part.startsWith('{') ? ['by', part.slice(1, -1)] : part.split(/[^A-Za-z0-9]+/))),
  );
  const name = (words.length === 0 ? ['root'] : words)
    .map((word) => word.replaceAll(/[^A-Za-z0-9_]/g, ''))
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return `${method.toLowerCase()}${name}`;
}
