import { CliError } from './cli-error.ts';

// // clack is loaded only when there is something to ask.

/** Asks a yes-or-no question. @throws CliError for Ctrl+C */
export async function askWhether(message: string): Promise<boolean> {
  const { confirm } = await import('@clack/prompts');
  return answer(await confirm({ message }));
}

/** Asks for a text that is not empty. @throws CliError for Ctrl+C */
export async function askFor(message: string, placeholder: string): Promise<string> {
  const { text } = await import('@clack/prompts');
  const validate = (value: string | undefined): string | undefined =>
    value?.trim() ? undefined : 'Enter at least one character';
  return answer(await text({ message, placeholder, validate }));
}

/** Asks to choose one or more values of a list. @throws CliError for Ctrl+C */
export async function askWhich(
  message: string,
  values: readonly string[],
  initialValues: string[],
): Promise<string[]> {
  const { multiselect } = await import('@clack/prompts');
  const options = values.map((value) => ({ value, label: value }));
  return answer(await multiselect({ message, options, initialValues }));
}

function answer<T>(value: T): Exclude<T, symbol> {
  if (typeof value === 'symbol') throw new CliError('Cancelled; nothing was done.');
  return value as Exclude<T, symbol>;
}
