import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { describe, expect, test } from 'vitest';

import { CONTEXTS } from './contexts.ts';
import { VECTORS } from './vectors.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;

/** The elements and the names of their attributes: all that a value must not change. */
function shapeOf(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      if (node.nodeName === '#comment') return '<!>';
      if (!('tagName' in node)) return '';
      const content = 'content' in node ? node.content.childNodes : node.childNodes;
      const names = node.attrs.map(({ prefix, name }) => ` ${prefix ?? ''}:${name}`).join('');
      return `<${node.tagName}${names}>${shapeOf(content)}</>`;
    })
    .join('');
}

interface Found {
  readonly element: string;
  readonly name: string;
  readonly value: string;
}

function attributesIn(nodes: readonly Node[]): Found[] {
  return nodes.flatMap((node) => {
    if (!('tagName' in node)) return [];
    const content = 'content' in node ? node.content.childNodes : node.childNodes;
    return [
      ...node.attrs.map(({ name, value }) => ({ element: node.tagName, name, value })),
      ...attributesIn(content),
    ];
  });
}

function textIn(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      if (node.nodeName === '#text') return (node as DefaultTreeAdapterTypes.TextNode).value;
      if (!('tagName' in node)) return '';
      return textIn('content' in node ? node.content.childNodes : node.childNodes);
    })
    .join('');
}

const URL_ATTRIBUTES = new Set(['href', 'src', 'action', 'formaction', 'data', 'poster']);
// `about:invalid` is what blocked addresses become.
const HARMLESS = new Set(['http:', 'https:', 'mailto:', 'tel:', 'about:']);

function pageOf(context: string, value: string, scriptingEnabled: boolean): readonly Node[] {
  const page = CONTEXTS[context]?.(value);
  return parse(`<!doctype html><body>${String(page)}<i id="end"></i>`, { scriptingEnabled }).childNodes;
}

test('there are enough attacks', () => {
  expect(new Set(VECTORS).size).toBe(VECTORS.length);
  expect(VECTORS.length).toBeGreaterThan(180);
  expect(Object.keys(CONTEXTS).length).toBeGreaterThan(45);
});

describe.each(Object.keys(CONTEXTS))('%s', (context) => {
  test.each([true, false])(
    'no attack adds an element or an attribute, with scripts: %s',
    (scriptingEnabled) => {
      const harmless = shapeOf(pageOf(context, 'x', scriptingEnabled));
      for (const vector of VECTORS) {
        const shape = shapeOf(pageOf(context, vector, scriptingEnabled));
        if (shape !== harmless) expect({ vector, shape }).toEqual({ vector, shape: harmless });
      }
    },
  );

  test('no address runs a script', () => {
    for (const vector of VECTORS) {
      for (const { name, value } of attributesIn(pageOf(context, vector, true))) {
        const urls =
          name === 'srcset' ? value.split(',').map((each) => each.trim().split(/\s/)[0] ?? '') : [value];
        if (name !== 'srcset' && !URL_ATTRIBUTES.has(name)) continue;
        for (const url of urls.filter((each) => URL.canParse(each, 'https://example.com/a'))) {
          const { protocol } = new URL(url, 'https://example.com/a');
          if (!HARMLESS.has(protocol)) expect({ vector, url }).toBe('harmless');
        }
      }
    }
  });
});

test('text arrives as it is', () => {
  for (const context of ['text', 'textarea', 'pre']) {
    for (const vector of VECTORS) expect(textIn(pageOf(context, vector, true))).toBe(asRead(vector));
  }
  for (const context of ['double quotes', 'no quotes', 'single quotes']) {
    for (const vector of VECTORS) {
      const title = attributesIn(pageOf(context, vector, true)).find(({ name }) => name === 'title');
      expect(title?.value).toBe(asRead(vector));
    }
  }
});

/** HTML has no NUL, and reads a carriage return as a line break. */
function asRead(text: string): string {
  return text.replaceAll('\0', '\ufffd').replaceAll(/\r\n?/g, '\n');
}

test('values of scripts are values', () => {
  for (const vector of VECTORS) {
    const given: Record<string, unknown> = {};
    const run = (code: string): void => {
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is what a browser would do
      new Function('window', 'go', 'pwned', code)(
        given,
        (value: unknown) => (given['given'] = value),
        () => {
          throw new Error(`It ran: ${vector}`);
        },
      );
    };
    run(textIn(pageOf('script', vector, true)));
    expect(given['given']).toBe(vector);
    given['given'] = undefined;
    const handler = attributesIn(pageOf('event handler', vector, true)).find(
      ({ name }) => name === 'onclick',
    );
    run(handler?.value ?? '');
    expect(given['given']).toBe(vector);
    const data = JSON.parse(textIn(pageOf('data for scripts', vector, true))) as { value: string };
    expect(data.value).toBe(vector);
  }
});
