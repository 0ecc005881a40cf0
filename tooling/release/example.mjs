/**
 * @typedef {object} Example What a README shows that can be run.
 * @property {'server' | 'session' | 'program'} kind
 * @property {Record<string, string>} files TypeScript by path; a program has just `example.ts`
 * @property {{ path: string, body: string }} [asks] the request to a server, by curl
 * @property {{ command: string, output: string }[]} [steps] the steps of a session in a terminal
 * @property {string} [prints] the output of a program, if the README shows it
 */

/**
 * A server has blocks of TypeScript with a first line like `// server.ts`, and a line of curl. A session is a block of
 * `console`, with `$ npx` before each command. A program is the first block of TypeScript.
 *
 * @param {string} readme
 * @returns {Example | undefined}
 */
export function exampleIn(readme) {
  const typescript = blocks(readme, 'ts');
  const named = typescript.flatMap((code) => {
    const file = /^\/\/ (\S+\.ts)\n/.exec(code)?.[1];
    return file ? [[file, code]] : [];
  });
  if (named.length > 0) {
    const [, path = '', body = ''] = /^curl .*https:\/\/localhost:3000(\/\S*) +# (.*)$/m.exec(readme) ?? [];
    return { kind: 'server', files: Object.fromEntries(named), asks: { path, body } };
  }
  const [session] = blocks(readme, 'console');
  if (session !== undefined) {
    const steps = session.split(/^\$ npx /m).slice(1);
    return {
      kind: 'session',
      files: {},
      steps: steps.map((step) => {
        const end = step.indexOf('\n');
        return { command: step.slice(0, end), output: step.slice(end + 1) };
      }),
    };
  }
  const [code] = typescript;
  if (code === undefined) return undefined;
  const prints = /^It prints\n\n```text\n(.*?)^```/ms.exec(readme)?.[1];
  return { kind: 'program', files: { 'example.ts': code }, ...(prints === undefined ? {} : { prints }) };
}

/** @param {string} readme @param {string} language */
function blocks(readme, language) {
  const pattern = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms');
  return [...readme.replaceAll('\r\n', '\n').matchAll(pattern)].map(([, code = '']) => code);
}
