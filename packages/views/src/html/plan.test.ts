import { describe, expect, test } from 'vitest';

// Under another name, Prettier leaves them as they are.
import { html as page, json } from '../index.ts';

describe('no value is safe', () => {
  test.each<[() => unknown, string]>([
    [() => page`<${'p'}>`, 'name of a tag'],
    [() => page`</${'p'}>`, 'end of an element'],
    [() => page`<h${1}>`, 'name of a tag'],
    [() => page`</h${1}>`, 'end of an element'],
    [() => page`<p ${'x'}>`, '`disabled=${isDisabled}`'],
    [() => page`<p a${'x'}=1>`, 'name of an attribute'],
    [() => page`<p a ${'x'}=1>`, 'in a tag'],
    [() => page`<p a=b${'x'}>`, 'Put quotes'],
    [() => page`<p a=${'x'}b>`, 'Put quotes'],
    [() => page`<p a=${'x'}${'y'}>`, 'Put quotes'],
    [() => page`<a href=${'x'}/y>`, 'Put quotes'],
    [() => page`<!-- ${'x'} -->`, 'a comment'],
    [() => page`<!doctype ${'x'}>`, 'a declaration'],
    [() => page`<?php ${'x'}>`, 'a declaration'],
    [() => page`<![CDATA[ > ${'x'} ]]>`, 'a declaration'],
    [() => page`<iframe srcdoc=${'x'}>`, 'a whole page'],
    [() => page`<iframe>${'x'}</iframe>`, 'in <iframe>'],
    [() => page`<xmp>${'x'}</xmp>`, 'in <xmp>'],
    [() => page`<plaintext>${'x'}`, 'in <plaintext>'],
    [() => page`<meta http-equiv=${'refresh'}>`, 'decides what the tag does'],
    [() => page`<meta content=${'x'} http-equiv="refresh">`, 'with http-equiv'],
    [() => page`<meta http-equiv="refresh" content="0;url=${'x'}">`, 'with http-equiv'],
    [() => page`<svg><animate attributeName=href values=${'x'}>`, 'can change any attribute'],
    [() => page`<svg><set attributeName=${'x'}>`, 'can change any attribute'],
    [() => page`<script><!-- \n${json(1)}</script>`, '"<!--" in <script>'],
    [() => page`<script></scr${json(1)}</script>`, 'after "<"'],
    [() => page`<title></title${'x'}>`, 'end of an element'],
    [() => page`<script>`, 'It ends in the middle of <script>'],
    [() => page`<p class="`, 'It ends in the middle of an attribute'],
    [() => page`<p`, 'It ends in the middle of the name of a tag'],
    [() => page`<!-- x`, 'It ends in the middle of a comment'],
    [() => page`\u{zzz}`, 'escape sequence'],
    [() => page`<a href="javascript:${1}">`, 'runs what follows'],
    [() => page`<a href=" java&#115;cript&colon;${1}">`, 'runs what follows'],
    [() => page`<a href="data:text/html,${1}">`, 'runs what follows'],
  ])('%s', (make, where) => {
    expect(make).toThrow(
      expect.objectContaining({
        code: 'ERR_BLAIZE_TEMPLATE',
        message: expect.stringContaining(where) as string,
      }) as Error,
    );
  });

  test('a message says where, and shows no value', () => {
    expect(() => page`<main><p ${'secret'}>`).toThrow('It is after: <main><p ');
    expect(() => page`<main><p ${'secret'}>`).not.toThrow('secret');
  });
});

describe('in a script', () => {
  test.each([
    [() => page`<script>a = "${json(1)}"</script>`, 'a string'],
    [() => page`<script>a = 'b ${json(1)}'</script>`, 'a string'],
    [() => page`<script>a = "\\"${json(1)}"</script>`, 'a string'],
    [() => page`<script>a = \`b ${json(1)}\`</script>`, 'a template literal'],
    [() => page`<script>a = \`\${b}${json(1)}\`</script>`, 'a template literal'],
    [() => page`<script>a = \`\${ {a: '}'} } ${json(1)}\`</script>`, 'a template literal'],
    [() => page`<script>// ${json(1)}</script>`, 'a comment'],
    [() => page`<script>/* ${json(1)} */</script>`, 'a comment'],
    [() => page`<script>a = /b${json(1)}/</script>`, 'a regular expression'],
    [() => page`<script>a = /["]/; b = "${json(1)}"</script>`, 'a string'],
    [() => page`<b onclick="a('${json(1)}')">`, 'a string'],
    [() => page`<b onclick="a(&quot;${json(1)}&quot;)">`, 'a string'],
    [() => page`<b onclick='a(&#39;${json(1)}&#39;)'>`, 'a string'],
    [() => page`<b onclick="a(\`${json(1)}\`)">`, 'a template literal'],
  ])('no value is in the middle of something: %s', (make, where) => {
    expect(make).toThrow(where);
  });

  test.each([
    () => page`<script>a = "b"; c(${json(1)})</script>`,
    () => page`<script>// it's\nc(${json(1)})</script>`,
    () => page`<script>/* " */ c(${json(1)})</script>`,
    () => page`<script>a = 1 / 2; b = "/"; c(${json(1)})</script>`,
    () => page`<script>a = /["'\`]/.test(b); c(${json(1)})</script>`,
    () => page`<script>a = \`\${ {b: "}"} }\`; c(${json(1)} / 2, "x", ${json(2)})</script>`,
    () => page`<script>a = \`\${${json(1)}}\`</script>`,
    () => page`<script>if (a < b && c > d) e(${json(1)})</script>`,
  ])('a value may be where JavaScript has one: %s', (make) => {
    expect(String(make())).toContain('1');
  });
});
