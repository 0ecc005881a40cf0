import { describe, expect, test } from 'vitest';

import { html, type HtmlValue, json, renderToString, unsafe } from '../index.ts';

const text = (page: unknown): string => String(page);

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
    [html`<i>${'<'}</i>`, '<i>&lt;</i>'],
    [unsafe('<hr>'), '<hr>'],
    [new URL('https://example.com/?a=1&b=2'), 'https://example.com/?a=1&amp;b=2'],
    ['a\0b', 'a\ufffdb'],
    [unsafe('a\0b'), 'a\ufffdb'],
  ])('%s is %s', (value, expected) => {
    expect(text(html`<p>${value}</p>`)).toBe(`<p>${expected}</p>`);
  });

  test.each([[{}], [new Date(0)], [() => 1], [Symbol('x')], [new WeakMap()]])(
    '%s is refused, as it would be no text',
    (value) => {
      expect(() => text(html`${value as never}`)).toThrow(/can't be written between elements/);
    },
  );
});

describe('an attribute', () => {
  test('that is only a value is left out, empty or written', () => {
    const input = (value: HtmlValue): string => text(html`<input disabled=${value} x="${value}" />`);
    for (const none of [null, undefined, false]) expect(input(none)).toBe('<input>');
    expect(input(true)).toBe('<input disabled="" x="">');
    expect(input('')).toBe('<input disabled="" x="">');
    expect(input(0)).toBe('<input disabled="0" x="0">');
  });

  test('of ARIA has words', () => {
    expect(
      text(
        html`<p
          aria-invalid=${true}
          aria-busy=${false}
          draggable=${false}
          aria-label=${null}
          aria-describedby=${false}
        ></p>`,
      ),
    ).toBe('<p aria-invalid="true" aria-busy="false" draggable="false">');
  });

  test('keeps what the template has around values', () => {
    expect(text(html`<p class="a ${'b'} ${false} ${null}c" id='x${1}"'></p>`)).toBe(
      '<p class="a b  c" id="x1&quot;">',
    );
    expect(
      text(
        html`<svg>
          <path d=${'M0'} />
          <b x=${1} y></b>
        </svg>`,
      ),
    ).toBe('<svg><path d="M0"/><b x="1" y></b></svg>');
    expect(text(html`<p id=${1} title=${2}></p>`)).toBe('<p\n id="1" title="2" >');
  });

  test('takes no HTML', () => {
    expect(() => text(html`<p title=${html`<b></b>`}></p>`)).toThrow(
      "A piece of HTML can't be written in <p title>",
    );
    expect(() => text(html`<p title=${Promise.resolve('x')}></p>`)).toThrow('Await it');
  });
});

describe('an address', () => {
  const link = (value: HtmlValue): string => text(html`<a href=${value}></a>`).slice('<a href="'.length, -2);

  test.each([
    '/a',
    'a/b',
    '?q=1',
    '#x',
    'https://example.com',
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
    expect(text(html`<a href="xmpp:${'a&b'}"></a>`)).toBe('<a href="xmpp:a&amp;b">');
    expect(text(html`<img src="data:image/png;base64,${'AA=='}" />`)).toBe(
      '<img src="data:image/png;base64,AA==">',
    );
    expect(text(html`<a href=${unsafe('app:"x')}></a>`)).toBe('<a href="app:&quot;x">');
    expect(() => html`<a href="javascript:${1}"></a>`).toThrow('runs what follows');
    expect(() => html`<a href="data:text/html,${1}"></a>`).toThrow('runs what follows');
    expect(() => html`<a href="java&#115;cript&colon;${1}"></a>`).toThrow('runs what follows');
  });

  test('of code is a path of this site, unless the template has the host', () => {
    const script = (url: string | ReturnType<typeof unsafe>): string =>
      text(html`<script src=${url}></script>`);
    expect(script('/app.js')).toBe('<script src="/app.js"></script>');
    expect(script(unsafe('https://cdn.example/a.js'))).toContain('https://cdn.example/a.js');
    for (const url of [
      'https://evil.example/x.js',
      '//evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      '/\t/evil.example',
    ]) {
      expect(() => script(url)).toThrow('<script src> loads code');
      expect(() => text(html`<link rel="stylesheet" href=${url} />`)).toThrow('loads code');
      expect(() => text(html`<link rel=${'stylesheet'} href=${url} />`)).toThrow('loads code');
      expect(() => text(html`<base href=${url} />`)).toThrow('loads code');
    }
    expect(() => text(html`<script src="/${'/evil.example/x.js'}"></script>`)).toThrow('loads code');
    expect(text(html`<script src="/assets/${'/evil.example'}"></script>`)).toContain(
      '"/assets//evil.example"',
    );
    expect(text(html`<script src="https://cdn.example/${'a.js'}"></script>`)).toContain(
      '"https://cdn.example/a.js"',
    );
    expect(() => text(html`<script src="https://cdn${'.evil.example'}/x.js"></script>`)).toThrow(
      'loads code',
    );
    expect(text(html`<link rel="canonical" href=${'https://example.com/'} />`)).toContain(
      'https://example.com/',
    );
  });
});

describe('a script', () => {
  test('takes json() and numbers', () => {
    expect(
      text(
        html`<script>
          a(${json({ a: '</script><!--\u2028' })}, ${1}, ${-1}, ${NaN});
        </script>`,
      ),
    ).toBe(String.raw`<script>a({"a":"\u003c/script\u003e\u003c!--\u2028"},  1 ,  -1 , null)</script>`);
    expect(() =>
      text(
        html`<script>
          ${'x'};
        </script>`,
      ),
    ).toThrow('write json(value)');
    expect(() => text(html`<b onclick="x(${'y'})"></b>`)).toThrow('write json(value)');
    expect(() => json(undefined)).toThrow("can't write");
    expect(() => json(1n)).toThrow("can't write");
  });

  test.each([
    [
      () =>
        html`<script>
          a = '${json(1)}';
        </script>`,
      'a string',
    ],
    [
      () =>
        html`<script>
          a = 'b ${json(1)}';
        </script>`,
      'a string',
    ],
    [
      () =>
        html`<script>
          a = '"${json(1)}';
        </script>`,
      'a string',
    ],
    [
      () =>
        html`<script>
          a = \`b ${json(1)}\`;
        </script>`,
      'a template literal',
    ],
    [
      () =>
        html`<script>
          a = \`\${b}${json(1)}\`;
        </script>`,
      'a template literal',
    ],
    [
      () =>
        html`<script>
          a = \`\${{ a: '}' }} ${json(1)}\`;
        </script>`,
      'a template literal',
    ],
    [
      () =>
        html`<script>
          // ${json(1)}
        </script>`,
      'a comment',
    ],
    [
      () =>
        html`<script>
          /* ${json(1)} */
        </script>`,
      'a comment',
    ],
    [
      () =>
        html`<script>
          a = /b${json(1)}/;
        </script>`,
      'a regular expression',
    ],
    [
      () =>
        html`<script>
          a = /["]/;
          b = '${json(1)}';
        </script>`,
      'a string',
    ],
    [() => html`<b onclick="a('${json(1)}')"></b>`, 'a string'],
    [() => html`<b onclick='a("${json(1)}")'></b>`, 'a string'],
    [() => html`<b onclick="a(&#39;${json(1)}&#39;)"></b>`, 'a string'],
  ])('takes nothing in the middle of something: %s', (make, where) => {
    expect(make).toThrow(where);
  });

  test.each([
    () =>
      html`<script>
        a = 'b';
        c(${json(1)});
      </script>`,
    () =>
      html`<script>
        // it's
        c(${json(1)});
      </script>`,
    () =>
      html`<script>
        /* " */ c(${json(1)});
      </script>`,
    () =>
      html`<script>
        a = 1 / 2;
        b = '/';
        c(${json(1)});
      </script>`,
    () =>
      html`<script>
        a = /["'\`]/.test(b);
        c(${json(1)});
      </script>`,
    () =>
      html`<script>
        a = \`\${{ b: '}' }}\`;
        c(${json(1)} / 2, 'x', ${json(2)});
      </script>`,
    () =>
      html`<script>
        a = \`\${${json(1)}}\`;
      </script>`,
  ])('takes a value where JavaScript has one: %s', (make) => {
    expect(text(make())).toContain('1');
  });
});

describe('a style', () => {
  test('takes numbers, and what is trusted', () => {
    expect(
      text(
        html`<p style="width: ${50}%;${unsafe('color: "red"')}">
          <style>
            p {
              top: ${1}px;
            }
          </style>
        </p>`,
      ),
    ).toBe('<p style="width: 50%;color: &quot;red&quot;"><style>p { top: 1px }</style>');
    expect(text(html`<p style=${null}></p>`)).toBe('<p>');
    for (const css of ['red', json('red')]) {
      expect(() => text(html`<p style="color: ${css}"></p>`)).toThrow('only numbers are safe');
      expect(() =>
        text(
          html`<style>
            ${css}
          </style>`,
        ),
      ).toThrow('only numbers are safe');
    }
  });
});

describe('no value is safe', () => {
  test.each<[() => unknown, string]>([
    [() => html`<${'p'}></${'p'}>`, 'name of a tag'],
    [() => html`</${'p'}>`, 'end of an element'],
    [() => html`<h${1}></h${1}>`, 'name of a tag'],
    [() => html`</h${1}>`, 'end of an element'],
    [() => html`<p ${'x'}></p>`, '`disabled=${isDisabled}`'],
    [() => html`<p a${'x'}="1"></p>`, 'name of an attribute'],
    [() => html`<p a ${'x'}="1"></p>`, 'in a tag'],
    [() => html`<p a="b${'x'}"></p>`, 'Put quotes'],
    [() => html`<p a="${'x'}b"></p>`, 'Put quotes'],
    [() => html`<p a="${'x'}${'y'}"></p>`, 'Put quotes'],
    [() => html`<a href=${'x'}/y>`, 'Put quotes'],
    [() => html`<!-- ${'x'} -->`, 'a comment'],
    [() => html`<!doctype ${'x'}>`, 'a declaration'],
    [() => html`<?php ${'x'}>`, 'a declaration'],
    [() => html`<![CDATA[ > ${'x'} ]]>`, 'a declaration'],
    [() => html`<iframe srcdoc=${'x'}></iframe>`, 'a whole page'],
    [() => html`<iframe>${'x'}</iframe>`, 'in <iframe>'],
    [() => html`<xmp>${'x'}</xmp>`, 'in <xmp>'],
    [() => html`<plaintext>${'x'}</plaintext>`, 'in <plaintext>'],
    [() => html`<meta http-equiv=${'refresh'} />`, 'decides what the tag does'],
    [() => html`<meta content=${'x'} http-equiv="refresh" />`, 'with http-equiv'],
    [() => html`<meta http-equiv="refresh" content="0;url=${'x'}" />`, 'with http-equiv'],
    [
      () => html`<svg><animate attributeName="href" values=${'x'}></animate></svg>`,
      'can change any attribute',
    ],
    [() => html`<svg><set attributeName=${'x'}></set></svg>`, 'can change any attribute'],
    [
      () =>
        html`<script>
          <!-- ${json(1)}
        </script>`,
      '"<!--" in <script>',
    ],
    [
      () =>
        html`<script>
          </scr${json(1)}
        </script>`,
      'after "<"',
    ],
    [() => html`<title></title${'x'}>`, 'end of an element'],
    [() => html`<script>`, 'It ends in the middle of <script>'],
    [() => html`<p class="`, 'It ends in the middle of an attribute'],
    [() => html`<p`, 'It ends in the middle of the name of a tag'],
    [() => html`<!-- x`, 'It ends in the middle of a comment'],
    [() => html`\\u{zzz}`, 'escape sequence'],
  ])('%s', (make, where) => {
    expect(make).toThrow(
      expect.objectContaining({
        code: 'ERR_BLAIZE_TEMPLATE',
        message: expect.stringContaining(where) as string,
      }) as Error,
    );
  });

  test('in a title, HTML is refused, as it would be shown as text', () => {
    expect(() => text(html`<title>${html`<b>x</b>`}</title>`)).toThrow('Pass a string');
    expect(text(html`<title>a ${['<', 1, null]}</title>`)).toBe('<title>a &lt;1</title>');
  });

  test('a message says where, and shows no value', () => {
    expect(() => html`<main><p ${'secret'}></p></main>`).toThrow('It is after: <main><p ');
    expect(() => html`<main><p ${'secret'}></p></main>`).not.toThrow('secret');
  });
});

test('what comes from a client is no template, no HTML and no script', () => {
  const sent = JSON.parse('[["<b>"], {"text":"<b>","strings":["<b>"],"values":[],"raw":["<b>"]}]') as [
    never,
    never,
  ];
  expect(() => html(sent[0])).toThrow('html is a tag of a template');
  expect(() => html('<b>' as never)).toThrow('html is a tag of a template');
  expect(() => text(html`${sent[1]}`)).toThrow("can't be written");
  expect(() => unsafe(sent[1])).toThrow('takes a string');
});

test('a page is the same in chunks, as a promise, and as text', async () => {
  async function* items(): AsyncGenerator<HtmlValue> {
    yield await Promise.resolve('<');
    yield [html`<b>${Promise.resolve(html`<i>${2}</i>`)}</b>`, Promise.resolve([1, null])];
  }
  const page = html`<title>${Promise.resolve('a <')}</title>
    <ul>
      ${items()}
    </ul>
    ${Promise.resolve(undefined)}
    <p></p>`;
  expect(() => text(page)).toThrow('renderToString');
  expect(await renderToString(page)).toBe('<title>a &lt;</title><ul>&lt;<b><i>2</i></b>1</ul><p>');
});

test('what a promise brings is checked for the place where it stands', async () => {
  await expect(renderToString(html`<title>${Promise.resolve(html`<b></b>`)}</title>`)).rejects.toThrow(
    'Pass a string',
  );
  await expect(renderToString(html`<p>${Promise.resolve({} as never)}</p>`)).rejects.toThrow(
    "can't be written",
  );
});

test('a stream of bytes of another program is no text', async () => {
  const stream = new ReadableStream<never>({
    start: (controller) => {
      controller.enqueue(Buffer.from('<b>') as never);
      controller.close();
    },
  });
  // Bytes are a list of numbers: harmless, but not what was meant.
  await expect(renderToString(html`${stream as never}`)).rejects.toThrow("can't be written");
});
