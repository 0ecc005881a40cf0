import { expect, test } from 'vitest';

import { withNotice, withNoticeInStream } from './page-notice.ts';

const N = '<NOTICE>';

test.each([
  ['<!doctype html><html><body><p>x</body></html>', '<!doctype html><html><body><NOTICE><p>x</body></html>'],
  ['<body class="a>b" data-x=\'>\'>x', '<body class="a>b" data-x=\'>\'><NOTICE>x'],
  ['<html><script>"<body>"</script><BODY\n>x', '<html><script>"<body>"</script><BODY\n><NOTICE>x'],
  ['<!-- <body> --><title><body></title><body>x', '<!-- <body> --><title><body></title><body><NOTICE>x'],
  ['<!DOCTYPE html><p>no tag', '<!DOCTYPE html><p>no tag<NOTICE>'],
  ['\n<!-- hi --> <html lang="en"><p>x', '\n<!-- hi --> <html lang="en"><p>x<NOTICE>'],
  ['<bodyguard>x', undefined],
  ['<li>a part of a page</li>', undefined],
  ['', undefined],
  ['\ufeff <!--a--><!--b--> <!doctype html>x', '\ufeff <!--a--><!--b--> <!doctype html>x<NOTICE>'],
  ['\u00ef\u00bb\u00bf<html>x', '\u00ef\u00bb\u00bf<html>x<NOTICE>'],
  ['<!--><body>-->x', undefined],
  ['<!doctype html><!-- <body>', '<!doctype html><!-- <body><NOTICE>'],
  ['<!-- <!doctype html>', undefined],
  ['<script><body></SCRIPT ><body>', '<script><body></SCRIPT ><body><NOTICE>'],
  ['<body class="', undefined],
])('%s', (page, expected) => {
  expect(withNotice(page, N)).toBe(expected);
});

// As frameworks mark what they have rendered; each would take minutes if a part of it were looked at twice.
test.each([
  '<!--[-->',
  '<!--]--> ',
  '<!--',
  '<script>',
  '<body ',
  '<body "',
  "<body a='",
  '<title></title',
  '</script ',
])('a page that is made of %s needs no longer than another', (part) => {
  const page = part.repeat(200_000);
  expect(withNotice(page, N)).toBeUndefined();
  expect(withNotice(`<!doctype html>${page}`, N)).toBe(`<!doctype html>${page}${N}`);
});

async function streamed(...pieces: (string | Uint8Array)[]): Promise<{ text: string; count: number }> {
  async function* source(): AsyncGenerator<string | Uint8Array> {
    for (const piece of pieces) yield await Promise.resolve(piece);
  }
  const got: Uint8Array[] = [];
  for await (const piece of withNoticeInStream(source(), N)) got.push(piece);
  return { text: Buffer.concat(got).toString(), count: got.length };
}

test('a page that arrives in pieces gets it too, wherever it is cut', async () => {
  const page = Buffer.from('<!doctype html><title>ü</title><body><p>€</p></body>');
  const expected = withNotice(page.toString(), N);
  for (let at = 1; at < page.length; at++) {
    expect((await streamed(page.subarray(0, at), page.subarray(at))).text, `cut at ${at}`).toBe(expected);
  }
});

test('after <body>, pieces are passed on as they arrive', async () => {
  expect(await streamed('<body>', 'a', 'b', 'c')).toEqual({ text: `<body>${N}abc`, count: 4 });
});

test('a stream that is not a page stays unchanged', async () => {
  expect((await streamed('<li>', 'ü', '</li>')).text).toBe('<li>ü</li>');
  expect((await streamed()).text).toBe('');
});
