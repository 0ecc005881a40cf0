/** An error of the app: a function among the options returned what it must not. */
export function wrongResult(option: string, expected: string, received: unknown): TypeError {
  return new TypeError(
    `The \`${option}\` of responseCache() must return ${expected}, not ${describe(received)}.`,
  );
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  return value instanceof Promise ? 'a promise' : `a value of type ${typeof value}`;
}
