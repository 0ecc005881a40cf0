import type { RouteMatch, RouteRefusal } from '@blaizejs/router/files';

/** What finds routes: a table, or a set. */
interface Routes<E> {
  find(method: string, target: string): RouteMatch<E> | RouteRefusal | undefined;
}

/** The match for a request, or undefined. A refusal is thrown. */
export function matchIn<E>(routes: Routes<E>, method: string, target: string): RouteMatch<E> | undefined {
  const found = routes.find(method, target);
  if (found?.refusal) throw found.refusal;
  return found;
}
