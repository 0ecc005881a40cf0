// What a slash after it begins: a regular expression, not a division.
const BEFORE_REGEX =
  /(?:^|[(,=:[!&|?{};+\-*%~^<>\n]|\b(?:return|typeof|case|in|of|delete|void|throw|new|do|else))\s*$/;

/**
 * What a script is in the middle of when it ends here: `code`, where a value can stand, or a string, a template, a comment or a
 * regular expression, which a value could end.
 */
export function positionIn(
  script: string,
): 'code' | 'a string' | 'a template literal' | 'a comment' | 'a regular expression' {
  /** Open `${` of template literals, each with its open braces. */
  const open: number[] = [];
  let at = 0;
  let isTemplate = false;
  while (at < script.length) {
    if (isTemplate) {
      const end = /(?:[^\\`$]|\\[\s\S]|\$(?!\{))*/y;
      end.lastIndex = at;
      end.exec(script);
      at = end.lastIndex;
      if (at >= script.length || script[at] === '\\') return 'a template literal';
      isTemplate = false;
      if (script[at] === '`') at += 1;
      else {
        open.push(0);
        at += 2;
      }
      continue;
    }
    const character = script[at] as string;
    const next = script[at + 1];
    if (character === '"' || character === "'") {
      const end = endOf(
        script,
        at,
        character === '"' ? /"(?:[^"\\\n]|\\[\s\S])*/y : /'(?:[^'\\\n]|\\[\s\S])*/y,
      );
      if (end >= script.length || script[end] === '\\') return 'a string';
      at = end + 1;
    } else if (character === '`') {
      isTemplate = true;
      at += 1;
      if (at === script.length) return 'a template literal';
    } else if (character === '/' && next === '/') {
      at = script.indexOf('\n', at);
      if (at === -1) return 'a comment';
    } else if (character === '/' && next === '*') {
      at = script.indexOf('*/', at + 2) + 2;
      if (at === 1) return 'a comment';
    } else if (character === '/' && BEFORE_REGEX.test(script.slice(0, at))) {
      const end = endOf(script, at, /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\]?)*/y);
      if (end >= script.length) return 'a regular expression';
      at = end + 1;
    } else {
      if (open.length > 0 && character === '{') open[open.length - 1] = (open.at(-1) ?? 0) + 1;
      if (open.length > 0 && character === '}') {
        if (open.at(-1) === 0) {
          open.pop();
          isTemplate = true;
        } else open[open.length - 1] = (open.at(-1) ?? 1) - 1;
      }
      at += 1;
    }
    // The brace of an expression was the last character: the template goes on.
    if (isTemplate && at >= script.length) return 'a template literal';
  }
  return 'code';
}

function endOf(script: string, at: number, pattern: RegExp): number {
  pattern.lastIndex = at;
  pattern.exec(script);
  return pattern.lastIndex;
}
