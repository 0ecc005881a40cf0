import { describe, expect, test } from 'vitest';

import {
  createDeleteRoute,
  createGetRoute,
  createHeadRoute,
  createOptionsRoute,
  createPatchRoute,
  createPostRoute,
  createPutRoute,
  createRoutes,
  isRoute,
} from './create-route.ts';

// Their types are in create-route.test-d.ts.
const makers = {
  createGetRoute,
  createHeadRoute,
  createPostRoute,
  createPutRoute,
  createPatchRoute,
  createDeleteRoute,
  createOptionsRoute,
};

describe('the makers of routes', () => {
  test.each(Object.entries(makers))('%s makes a route that knows its method', (name, make) => {
    const handler = (): string => 'hello';
    const route = (make as typeof createPostRoute)({ handler });
    expect(route.method).toBe(name.slice('create'.length, -'Route'.length).toUpperCase());
    expect(route.handler).toBe(handler);
    expect(isRoute(route)).toBe(true);
  });

  test('an object that looks like a route is none', () => {
    expect(isRoute({ method: 'GET', handler: () => 'hello' })).toBe(false);
    expect(isRoute(undefined)).toBe(false);
  });

  test('createRoutes gives these', () => {
    expect(createRoutes()).toEqual(makers);
  });
});
