import { describe, expect, test } from 'vitest';

// Under another name, Prettier leaves them as they are.
import { html as page, type HtmlValue, json, renderToString, unsafe } from '../index.ts';

const text = (html: unknown): string => String(html);

describe('between elements', () => {
  test.each<[HtmlValue, string]>([
    ['<b>"\'&', '&lt;b&gt;&quot;&#39;&amp;'],
    [0, '0'],
    [-1.5, '-1.5'],
    [12n, '12'],
    [null, ''],
    [undefined, ''],
    [true, ''],
    [false, ''],
    ['', ''],
    [['a', 1, null, ['<']], 'a1&lt;'],
    [new Set(['a', '&']), 'a&amp;'],
    [page`<i>${'<'}</i>`, '<i>&lt;</i>'],
    [unsafe('<hr>'), '<hr>'],
    [new URL('https://example.com/?a=1&b=2'), 'https://example.com/?a=1&amp;b=2'],
    ['a\0b', 'a\ufffdb'],
    [unsafe('a\0b'), 'a\ufffdb'],
  ])('%s is %s', (value, expected) => {
    expect(text(page`<p>${value}</p>`)).toBe(`<p>${expected}</p>`);
  });

  test.each([[{}], [new Date(0)], [() => 1], [Symbol('x')], [new WeakMap()], [new Uint8Array(1)]])(
    '%s is refused, as it would be no text',
    (value) => {
      expect(() => text(page`${value as never}`)).toThrow(/can't be written between elements/);
    },
  );
});

describe('an attribute', () => {
  test('that is only a value is left out, empty or written', () => {
    const input = (value: HtmlValue): string => text(page`<input disabled=${value} x="${value}">`);
    for (const none of [null, undefined, false]) expect(input(none)).toBe('<input>');
    expect(input(true)).toBe('<input disabled="" x="">');
    expect(input('')).toBe('<input disabled="" x="">');
    expect(input(0)).toBe('<input disabled="0" x="0">');
  });

  test('that is true or false has words', () => {
    const given = page`<p aria-invalid=${true} aria-busy=${false} draggable=${false} aria-describedby=${false}>`;
    expect(text(given)).toBe('<p aria-invalid="true" aria-busy="false" draggable="false">');
  });

  test('keeps what the template has around values', () => {
    expect(text(page`<p class="a ${'b'} ${false} ${null}c" id='x${1}"'>`)).toBe(
      '<p class="a b  c" id="x1&quot;">',
    );
    expect(text(page`<svg><path d=${'M0'}/><b x=${1} y></b></svg>`)).toBe(
      '<svg><path d="M0"/><b x="1" y></b></svg>',
    );
    expect(text(page`<p\n id=${1}\ttitle=${2} >`)).toBe('<p\n id="1" title="2" >');
  });

  test('takes no HTML', () => {
    expect(() => text(page`<p title=${page`<b>`}>`)).toThrow("A piece of HTML can't be written in <p title>");
    expect(() => text(page`<p title=${Promise.resolve('x')}>`)).toThrow('Await it');
  });
});

describe('an address', () => {
  const link = (value: HtmlValue): string => text(page`<a href=${value}>`).slice('<a href="'.length, -2);

  test.each([
    '/a',
    'a/b',
    '?q=1',
    '#x',
    'https://a',
    'HTTP://a',
    'mailto:a@b',
    'tel:1',
    '//a/b',
    './a:b',
    '/a:b',
    '',
  ])('%s stays', (url) => {
    expect(link(url)).toBe(url);
  });

  test.each(['javascript:x', 'data:text/html,x', 'x:y', ' javascript:x', 'java\nscript:x'])(
    '%j is blocked',
    (url) => {
      expect(link(url)).toBe('about:invalid');
    },
  );

  test('may have a scheme that the template spells out, or one that is trusted', () => {
    expect(text(page`<a href="xmpp:${'a&b'}">`)).toBe('<a href="xmpp:a&amp;b">');
    expect(text(page`<img src="data:image/png;base64,${'AA=='}">`)).toBe(
      '<img src="data:image/png;base64,AA==">',
    );
    expect(text(page`<a href=${unsafe('app:"x')}>`)).toBe('<a href="app:&quot;x">');
  });

  test.each([
    'https://evil.example/x.js',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
  ])('%j loads no code', (url) => {
    expect(() => text(page`<script src=${url}></script>`)).toThrow('<script src> loads code');
    expect(() => text(page`<link rel=stylesheet href=${url}>`)).toThrow('loads code');
    expect(() => text(page`<link href=${url} rel=${'stylesheet'}>`)).toThrow('loads code');
    expect(() => text(page`<base href=${url}>`)).toThrow('loads code');
  });

  test('of code is a path of this site, unless the template has the host', () => {
    expect(text(page`<script src=${'/app.js'}></script>`)).toBe('<script src="/app.js"></script>');
    const trusted = unsafe('https://cdn.example/a.js');
    expect(text(page`<script src=${trusted}></script>`)).toContain('"https://cdn.example/a.js"');
    expect(text(page`<script src="https://cdn.example/${'a.js'}"></script>`)).toContain(
      '"https://cdn.example/a.js"',
    );
    expect(text(page`<script src="/assets/${'/evil.example'}"></script>`)).toContain(
      '"/assets//evil.example"',
    );
    expect(() => text(page`<script src="/${'/evil.example/x.js'}"></script>`)).toThrow('loads code');
    expect(() => text(page`<script src="https://cdn${'.evil.example'}/x.js"></script>`)).toThrow(
      'loads code',
    );
    expect(text(page`<link rel="canonical" href=${'https://example.com/'}>`)).toContain(
      '"https://example.com/"',
    );
  });
});

test('a script takes json() and numbers', () => {
  expect(text(page`<script>a(${json({ a: '</script><!--\u2028' })}, ${1}, ${-1}, ${NaN})</script>`)).toBe(
    String.raw`<script>a({"a":"\u003c/script\u003e\u003c!--\u2028"},  1 ,  -1 , null)</script>`,
  );
  expect(() => text(page`<script>${'x'}</script>`)).toThrow('write json(value)');
  expect(() => text(page`<b onclick="x(${'y'})">`)).toThrow('write json(value)');
  expect(() => json(undefined)).toThrow("can't write");
  expect(() => json(1n)).toThrow("can't write");
});

test('a style takes numbers, and what is trusted', () => {
  expect(
    text(page`<p style="width: ${50}%;${unsafe('color: "red"')}"><style>p { top: ${1}px }</style>`),
  ).toBe('<p style="width: 50%;color: &quot;red&quot;"><style>p { top: 1px }</style>');
  expect(text(page`<p style=${null}>`)).toBe('<p>');
  for (const css of ['red', json('red')]) {
    expect(() => text(page`<p style="color: ${css}">`)).toThrow('only numbers are safe');
    expect(() => text(page`<style>${css}</style>`)).toThrow('only numbers are safe');
  }
});

test('a title takes text, and no HTML, which it would show', () => {
  expect(() => text(page`<title>${page`<b>x</b>`}</title>`)).toThrow('Pass a string');
  expect(text(page`<title>a ${['<', 1, null]}</title>`)).toBe('<title>a &lt;1</title>');
});

test('what comes from a client is no template, no HTML and no script', () => {
  const sent = JSON.parse('[["<b>"], {"text":"<b>","strings":["<b>"],"values":[],"raw":["<b>"]}]') as [
    never,
    never,
  ];
  expect(() => page(sent[0])).toThrow('html is a tag of a template');
  expect(() => page('<b>' as never)).toThrow('html is a tag of a template');
  expect(() => text(page`${sent[1]}`)).toThrow("can't be written");
  expect(() => unsafe(sent[1])).toThrow('takes a string');
});

test('a page is the same in chunks, as a promise, and as text', async () => {
  async function* items(): AsyncGenerator<HtmlValue> {
    yield await Promise.resolve('<');
    yield [page`<b>${Promise.resolve(page`<i>${2}</i>`)}</b>`, Promise.resolve([1, null])];
  }
  const whole = page`<title>${Promise.resolve('a <')}</title><ul>${items()}</ul>${Promise.resolve(undefined)}<p>`;
  expect(() => text(whole)).toThrow('renderToString');
  expect(await renderToString(whole)).toBe('<title>a &lt;</title><ul>&lt;<b><i>2</i></b>1</ul><p>');
});

test('what comes later is checked for the place where it stands', async () => {
  const title = page`<title>${Promise.resolve(page`<b>`)}</title>`;
  await expect(renderToString(title)).rejects.toThrow('Pass a string');
  await expect(renderToString(page`<p>${Promise.resolve({} as never)}`)).rejects.toThrow("can't be written");
  const bytes = new Blob(['<b>']).stream();
  await expect(renderToString(page`${bytes as never}`)).rejects.toThrow("can't be written");
});
