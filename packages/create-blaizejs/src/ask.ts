import { CreateError } from './create-error.ts';

// Loads clack only if there is something to ask.

/**
 * Asks for a text.
 *
 * @param problemOf returns what is wrong with an answer, if anything
 * @throws CreateError on Ctrl+C
 */
export async function askFor(
  message: string,
  fallback: string,
  problemOf: (answer: string) => string | undefined,
): Promise<string> {
  const { text } = await import('@clack/prompts');
  const validate = (value = ''): string | undefined => problemOf(value === '' ? fallback : value);
  return answer(await text({ message, placeholder: fallback, defaultValue: fallback, validate }));
}

/** Asks for one of several. @throws CreateError on Ctrl+C */
export async function askWhich<T extends string>(
  message: string,
  choices: Readonly<Record<T, string>>,
): Promise<T> {
  const { select } = await import('@clack/prompts');
  const names = Object.keys(choices) as T[];
  const options = names.map((label, value) => ({ value, label, hint: choices[label] }));
  const chosen = names[answer(await select({ message, options }))];
  if (chosen === undefined) throw new Error('There is nothing to choose from.');
  return chosen;
}

/** Asks a yes-or-no question. @throws CreateError on Ctrl+C */
export async function askWhether(message: string, fallback: boolean): Promise<boolean> {
  const { confirm } = await import('@clack/prompts');
  return answer(await confirm({ message, initialValue: fallback }));
}

function answer<T>(value: T): Exclude<T, symbol> {
  if (typeof value === 'symbol') throw new CreateError('Cancelled. Nothing was created.');
  return value as Exclude<T, symbol>;
}
