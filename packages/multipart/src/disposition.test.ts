import { expect, test } from 'vitest';

import { readDisposition } from './disposition.ts';

test.each([
  ['quoted', 'form-data; name="a b"; filename="c.txt"', 'a b', 'c.txt'],
  ['unquoted, as .NET sends them', 'form-data; name=a; filename=c.txt', 'a', 'c.txt'],
  ['in any case and order', 'FORM-Data;FileName="c";NAME=a', 'a', 'c'],
  ['spaces and a semicolon at the end', 'form-data ;  name = "a" ; ', 'a', undefined],
  ['%22, as browsers send quotes', 'form-data; name="%22a%22"; filename="%0d%0A%22.txt"', '"a"', '\r\n".txt'],
  ['other percent signs', 'form-data; name="100%25 %41"', '100%25 %41', undefined],
  ['\\", as curl sends quotes', String.raw`form-data; name="\"a\""; filename="x\".txt"`, '"a"', 'x".txt'],
  [
    'backslashes, as browsers send them',
    String.raw`form-data; name="a\b"; filename="C:\dir\c.txt"`,
    'a\\b',
    'C:\\dir\\c.txt',
  ],
  ['a backslash at the end', String.raw`form-data; name="a\"; filename="b\"`, 'a\\', 'b\\'],
  ['semicolons in quotes', 'form-data; name="a;b=c"; filename=";"', 'a;b=c', ';'],
  ['an empty file name', 'form-data; name="a"; filename=""', 'a', ''],
  ['an empty name', 'form-data; name=""', '', undefined],
  ['UTF-8', 'form-data; name="naïve"; filename="日本.txt"', 'naïve', '日本.txt'],
  ['brackets', 'form-data; name=a[b][]', 'a[b][]', undefined],
  ['other parameters', 'form-data; size=1; name=a', 'a', undefined],
  [
    'filename* before filename (RFC 8187)',
    `form-data; name="a"; filename="=?utf-8?B?w6Q=?="; filename*=utf-8''%C3%A4.txt`,
    'a',
    'ä.txt',
  ],
  ['filename* alone', `form-data; name="a"; filename*=UTF-8'de'a%20b`, 'a', 'a b'],
])('reads %s', (_name, value, name, originalName) => {
  expect(readDisposition(value, 'part 1')).toEqual({ name, originalName });
});

test.each([
  ['another type', 'attachment; name="a"', 400],
  ['a type that only begins like it', 'form-data-x; name="a"', 400],
  ['no name', 'form-data; filename="a"', 400],
  ['two names', 'form-data; name="a"; name="b"', 400],
  ['two file names', 'form-data; name="a"; filename="b"; FILENAME="c"', 400],
  ['a quote without an end', 'form-data; name="a', 400],
  ['text behind a value', 'form-data; name="a"b', 400],
  ['a space in a bare value', 'form-data; name=a b', 400],
  ['a bare name', 'form-data; name', 400],
  ['a comma', 'form-data; name="a", form-data; name="b"', 400],
  ['a filename* that is not UTF-8', `form-data; name="a"; filename*=utf-8''%FF`, 400],
  ['a filename* without a charset', 'form-data; name="a"; filename*=b', 400],
  ['a filename* of another charset', `form-data; name="a"; filename*=iso-8859-1''%E4`, 415],
])('refuses %s', (_name, value, status) => {
  expect(() => readDisposition(value, 'part 1')).toThrow(expect.objectContaining({ status }));
});

// A time that grows with the square of the length would exceed that of the test.
test.each(['\\"', '\\', '"', '; a="', '; a=b\\"', ' ', ' ;', '\t', '=', '%', "''"])(
  'gives up soon on many %j',
  (each) => {
    const many = each.repeat(300_000 / each.length);
    expect(() => readDisposition(`form-data; name="${many}x"y`, 'part 1')).toThrow('cannot be read');
    expect(() => readDisposition(`form-data; name=a${many}x"y`, 'part 1')).toThrow('cannot be read');
  },
);
