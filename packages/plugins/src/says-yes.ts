import { isLeftPromise } from '@blaizejs/errors/internal';

/** Whether a function of the options has said yes. Only `true` will do: what an async function returns is neither yes nor no. */
export function saysYes(answer: unknown): boolean {
  return !isLeftPromise(answer) && answer === true;
}
