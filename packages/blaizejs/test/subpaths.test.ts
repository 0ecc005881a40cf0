import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

const packages = path.resolve(import.meta.dirname, '../..');
const read = (folder: string): Manifest =>
  JSON.parse(readFileSync(path.join(packages, folder, 'package.json'), 'utf8')) as Manifest;

const umbrella = read('blaizejs');
const folders = Object.keys(umbrella.dependencies).map((name) => name.slice('@blaizejs/'.length));

test.each(folders)('blaizejs has the subpaths of @blaizejs/%s', (folder) => {
  const own = Object.keys(read(folder).exports).filter(
    (subpath) => subpath !== './internal' && subpath !== './package.json',
  );
  const expected = own.map((subpath) => `./${folder}${subpath.slice(1)}`);
  expect(Object.keys(umbrella.exports)).toEqual(expect.arrayContaining(expected));
});

test('a subpath is the one of the package', async () => {
  const [one, other] = await Promise.all([
    import('blaizejs/middleware/cors'),
    import('@blaizejs/middleware/cors'),
  ]);
  expect(one.cors).toBe(other.cors);
});
