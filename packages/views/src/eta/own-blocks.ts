// As Eta writes them into each template: data of an include, and of a layout.
const INCLUDED = /(\{\.\.\.it, \.\.\.\(__eta_d \?\? \{\}\))\}/g;
const LAID_OUT =
  /(?:await includeAsync|include) ?\(__eta\.layout, \{\.\.\.it, body: __eta\.res, \.\.\.__eta\.layoutData, __blocks: __eta\.blocks\}\)/;

/**
 * Takes care that `body` and the blocks of a layout, which are written as they are, always are those of a template. Eta lets the
 * data of `layout()` and `include()` replace them: `layout('page', it.post)` would write the `body` of a post as HTML.
 *
 * @param code of a template, as Eta has made it. It stays if it is written in another way
 */
export function withOwnBlocks(code: string): string {
  const found = LAID_OUT.exec(code);
  if (!found || !code.includes('...(__eta_d ?? {})}')) return code;
  const [call] = found;
  const render = call.startsWith('await') ? 'await this.renderAsync' : 'this.render';
  const laidOut = `${render}(__eta.layout, {...it, ...__eta.layoutData, body: __eta.res, __blocks: __eta.blocks}, options)`;
  const before = code.slice(0, found.index).replaceAll(INCLUDED, '$1, __blocks: it.__blocks}');
  return before + laidOut + code.slice(found.index + call.length);
}
