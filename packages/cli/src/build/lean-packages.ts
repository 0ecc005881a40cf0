import type { Plugin } from 'esbuild';

// A function or a worker is loaded for its first request, so its size is time. These CommonJS modules come along with packages that are needed,
// and esbuild can't see that nothing calls them.
const UNUSED =
  /[/\\](?:find-my-way[/\\]lib[/\\](?:compiler|pretty-print|strategies[/\\]accept-(?:host|version))|negotiator[/\\]lib[/\\](?:charset|encoding|language))\.js$/;
const SAFE_REGEX = /[/\\]safe-regex2[/\\]index\.js$/;

/**
 * In place of `safe-regex2`, which brings a parser, for what `new RegExp()` accepts: no repetition is in another one, and there are
 * 25 at most. It refuses what that refuses, and also `(a*)*?`.
 */
export const SAFE_REGEX_SOURCE = String.raw`
module.exports = (regex) => {
  const source = (regex.source ?? String(regex))
    .replace(/\\(?:[xuck].|[^])/g, 'e')
    .replace(/\[[^\]]*\]/g, 'c')
    .replace(/\(\?(?:[=!:]|<\w+>)/g, '(');
  // What it can't read.
  if (source.includes('(?')) return false;
  const repeats = [false];
  let count = 0;
  let isRepeated = false;
  for (const [token] of source.matchAll(/\{\d+(?:,\d*)?\}|[^]/g)) {
    if (token === '(') repeats.push(false);
    if (token === ')') {
      isRepeated = repeats.pop();
      if (isRepeated) repeats[repeats.length - 1] = true;
    } else if (/^(?:[*+?]|\{.+)$/.test(token)) {
      if (isRepeated || ++count > 25) return false;
      repeats[repeats.length - 1] = true;
    } else {
      isRepeated = false;
    }
  }
  return true;
};
`;

/** Leaves out what no app calls of the packages that BlaizeJS needs. */
export const leanPackages: Plugin = {
  name: 'lean-packages',
  setup: (build) => {
    build.onLoad({ filter: UNUSED }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
    build.onLoad({ filter: SAFE_REGEX }, () => ({ contents: SAFE_REGEX_SOURCE, loader: 'js' }));
  },
};
