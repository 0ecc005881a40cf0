import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { MarkdownRenderer } from 'vitepress';

const SAMPLE = path.resolve(import.meta.dirname, '../../bookmarks');
const FILE = /\[(.+)\]/;

/**
 * Two things that fences may say here:
 *
 * - ```` ```ts [src/server.ts] ```` shows the name of the file above its code; in a code group the tab does.
 * - ```` ```ts [src/app.ts] sample ````, without content, shows this file of the sample app.
 */
export function fences(md: MarkdownRenderer): void {
  md.core.ruler.push('sample', ({ tokens }) => {
    for (const token of tokens) {
      const file = FILE.exec(token.info)?.[1];
      if (token.type === 'fence' && file !== undefined && token.info.endsWith(' sample')) {
        token.content = readFileSync(path.join(SAMPLE, file), 'utf8');
      }
    }
  });

  const fence = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    // Before it is shown, which takes the name away.
    const file = FILE.exec(tokens[index]?.info ?? '')?.[1];
    const code = fence?.(tokens, index, options, env, self) ?? '';
    const before = tokens.slice(0, index).map(({ type }) => type);
    const isInGroup =
      before.lastIndexOf('container_code-group_open') > before.lastIndexOf('container_code-group_close');
    if (file === undefined || isInGroup) return code;
    return `<p class="caption">${md.utils.escapeHtml(file)}</p>${code}`;
  };
}
