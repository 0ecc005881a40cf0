/**
 * Whether a function of the options has said yes. Only `true` will do: what an async function returns is neither yes nor no.
 * TypeScript refuses such functions; JavaScript does not.
 */
export function saysYes(answer: unknown): boolean {
  // Nobody awaits it: if it rejected, that would end the process.
  if (answer instanceof Promise) answer.catch(() => undefined);
  return answer === true;
}
