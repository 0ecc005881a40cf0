import { describe, expect, it } from 'vitest';

import { exampleIn } from './example.mjs';

const block = (/** @type {string} */ language, /** @type {string} */ text) =>
  `\`\`\`${language}\n${text}\`\`\`\n`;

describe('exampleIn', () => {
  it('finds a program, and its output', () => {
    const readme = `# x\n${block('sh', 'npm install x\n')}\n${block('ts', 'a;\n')}\nIt prints\n\n${block('text', '1\n')}`;
    expect(exampleIn(readme)).toEqual({ kind: 'program', files: { 'example.ts': 'a;\n' }, prints: '1\n' });
  });

  it('uses the first block of TypeScript, whose output need not be shown', () => {
    expect(exampleIn(block('ts', 'a;\n') + block('ts', 'b;\n'))).toEqual({
      kind: 'program',
      files: { 'example.ts': 'a;\n' },
    });
  });

  it('finds the files of a server, and a request for it', () => {
    const curl = 'curl --insecure https://localhost:3000/a/b     # {"c":1}\n';
    const readme =
      block('ts', '// server.ts\nx;\n') + block('ts', '// routes/a.ts\ny;\n') + block('sh', curl);
    expect(exampleIn(readme)).toEqual({
      kind: 'server',
      files: { 'server.ts': '// server.ts\nx;\n', 'routes/a.ts': '// routes/a.ts\ny;\n' },
      asks: { path: '/a/b', body: '{"c":1}' },
    });
  });

  it('finds a session in a terminal', () => {
    expect(exampleIn(block('console', '$ npx a --b\nc\nd\n$ npx e\n'))).toEqual({
      kind: 'session',
      files: {},
      steps: [
        { command: 'a --b', output: 'c\nd\n' },
        { command: 'e', output: '' },
      ],
    });
  });

  it('finds nothing if there is no example', () => {
    expect(exampleIn('# x\n')).toBeUndefined();
  });
});
