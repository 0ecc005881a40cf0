import { readFile } from 'node:fs/promises';

/**
 * The options that a README does not name in code. Which ones a function takes, its message about an unknown one says.
 *
 * @param directory the package's: `new URL('..', import.meta.url)` from its `test/`
 * @param functions by name; each passes what it is given on as the options
 */
export async function unnamedOptions(
  directory: URL,
  functions: Readonly<Record<string, (options: never) => unknown>>,
): Promise<string[]> {
  const readme = await readFile(new URL('README.md', directory), 'utf8');
  const code = [...readme.matchAll(/`[^`\n]+`/g)].join(' ');
  const words = new Set(code.match(/\w+/g));
  const unnamed: string[] = [];
  for (const [name, call] of Object.entries(functions)) {
    const options = await optionsOf(name, call);
    unnamed.push(...options.filter((option) => !words.has(option)).map((option) => `${name}: ${option}`));
  }
  return unnamed;
}

async function optionsOf(name: string, call: (options: never) => unknown): Promise<string[]> {
  try {
    await call({ zzzzzzzz: true } as never);
  } catch (error) {
    const [, list] =
      /zzzzzzzz: expected one of the options (.*?), received/.exec((error as Error).message) ?? [];
    if (list !== undefined) return list.split(/, | and /);
    throw new Error(`${name}() does not say which options it has.`, { cause: error });
  }
  throw new Error(`${name}() takes any option.`);
}
