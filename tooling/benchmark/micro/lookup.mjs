import { RouteTable } from '@blaizejs/router/internal';

/** @import { Part } from '../micro.mjs' */

/** @returns {Part[]} */
export function lookup() {
  return [10, 1000, 10_000].flatMap((routes) => {
    const table = new RouteTable();
    for (let route = 0; route < routes; route++) {
      table.add('GET', `/s${route}/list`, route);
      table.add('GET', `/r${route}/:id`, route);
    }
    const middle = routes / 2;
    const [fixed, param, unknown] = [`/s${middle}/list`, `/r${middle}/42`, `/r${middle}/42/unknown`];
    const size = `${routes.toLocaleString('en')} routes`;
    return [
      { name: `static, ${size}`, run: () => table.find('GET', fixed) },
      { name: `parameter, ${size}`, run: () => table.find('GET', param) },
      { name: `unknown, ${size}`, run: () => table.find('GET', unknown) },
    ];
  });
}
