import type { Attribute } from './attributes.ts';
import { escapeText, LATER } from './escape.ts';
import { isAsyncIterable, isPromise, Later } from './later.ts';
import { Template } from './template.ts';
import { isPlainLink, safeUrl } from './urls.ts';
import { Json, misuse, Unsafe } from './values.ts';

/** Text, or something that is not there yet. */
export type Part = string | Later;

/** The parts of a value: one text, if everything is there. */
export function partsOf(value: unknown, isPlain = false): Part[] {
  const later: Later[] = [];
  const text = isPlain ? plainText(value, later) : textOf(value, later);
  if (later.length === 0) return [text];
  return text.split(LATER).flatMap((piece, index) => [piece, ...later.slice(index, index + 1)]);
}

function htmlText({ plan: { start, holes }, values }: Template, later: Later[]): string {
  let text = start;
  let index = 0;
  for (const { hole, after } of holes) {
    const value = values[index];
    if (hole === 'text') text += typeof value === 'string' ? escapeText(value) : textOf(value, later);
    else if (typeof hole === 'object') {
      text += attributeText(hole, values, index);
      index += hole.pieces.length - 2;
    } else if (hole === 'plain text') text += plainText(value, later);
    else text += hole === 'script' ? scriptText(value, '<script>') : styleText(value, '<style>');
    text += after;
    index += 1;
  }
  return text;
}

/** Between elements. */
function textOf(value: unknown, later: Later[]): string {
  if (typeof value === 'string') return escapeText(value);
  if (typeof value !== 'object' || value === null) return scalar(value, 'between elements');
  if (value instanceof Template) return htmlText(value, later);
  if (value instanceof Unsafe) return value.text;
  return composite(value, later, false);
}

/** In an element whose content is text, such as a title. */
function plainText(value: unknown, later: Later[]): string {
  if (typeof value === 'string') return escapeText(value);
  if (typeof value !== 'object' || value === null) return scalar(value, 'in a title or a textarea');
  if (value instanceof Template || value instanceof Unsafe) {
    throw misuse('Browsers show what is in <title> and <textarea> as text. Pass a string, not HTML.');
  }
  return composite(value, later, true);
}

function composite(value: object, later: Later[], isPlain: boolean): string {
  if (Array.isArray(value) || (Symbol.iterator in value && !ArrayBuffer.isView(value))) {
    let text = '';
    for (const item of value as Iterable<unknown>)
      text += isPlain ? plainText(item, later) : textOf(item, later);
    return text;
  }
  if (isPromise(value) || isAsyncIterable(value)) {
    later.push(new Later(value, isPlain));
    return LATER;
  }
  if (value instanceof URL) return escapeText(value.href);
  if (value instanceof Json) return escapeText(value.text);
  throw unwritable(value, isPlain ? 'in a title or a textarea' : 'between elements');
}

function scalar(value: unknown, where: string): string {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return String(value);
    case 'string':
      return escapeText(value);
    case 'undefined':
    case 'boolean':
      return '';
    default:
      if (value === null) return '';
      throw unwritable(value, where);
  }
}

function attributeText(attribute: Attribute, values: readonly unknown[], from: number): string {
  const { name, kind, pieces, isWhole, where } = attribute;
  if (isWhole) {
    const value = values[from];
    // Most are.
    if (typeof value === 'string' && (kind === 'text' || (kind === 'link' && isPlainLink(value)))) {
      return `${attribute.start}${escapeText(value)}"`;
    }
    if (value === undefined || value === null) return '';
    if (typeof value === 'boolean') {
      if (kind === 'words') return ` ${name}="${value}"`;
      return value ? ` ${name}=""` : '';
    }
  }
  if (kind === 'link' || kind === 'list' || kind === 'code')
    return ` ${name}="${urlText(attribute, values, from)}"`;
  let { start: text } = attribute;
  for (let index = 1; index < pieces.length; index++) {
    const value = values[from + index - 1];
    if (kind === 'script') text += escapeText(scriptText(value, where));
    else if (kind === 'style') text += escapeText(styleText(value, where));
    else text += escapeText(attributeValue(value, where));
    text += pieces[index] ?? '';
  }
  return `${text}"`;
}

/** An address is checked as a whole: its parts may be harmless. */
function urlText(
  { kind, pieces, plain, where }: Attribute,
  values: readonly unknown[],
  from: number,
): string {
  const given = values.slice(from, from + pieces.length - 1);
  const parts = given.map((value) => attributeValue(value, where));
  const isTrusted = given[0] instanceof Unsafe && plain[0]?.trim() === '';
  const written = pieces.map((piece, index) => piece + escapeText(parts[index] ?? '')).join('');
  if (isTrusted) return written;
  const url = plain.map((piece, index) => piece + (parts[index] ?? '')).join('');
  const safe = safeUrl(url, kind as 'link', where);
  return safe === url ? written : safe;
}

/** What is written into an attribute, before it is escaped. */
function attributeValue(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null) {
    if (value instanceof URL) return value.href;
    if (value instanceof Unsafe || value instanceof Json) return value.text;
    throw unwritable(value, `in ${where}`);
  }
  return scalar(value, `in ${where}`);
}

function scriptText(value: unknown, where: string): string {
  if (value instanceof Json || value instanceof Unsafe) return value.text;
  if (typeof value === 'number') return json(value);
  throw misuse(`In ${where}, write json(value): it can't end the script or be taken for a part of it.`);
}

/** JSON has no infinity; a minus could become a decrement. */
function json(value: number): string {
  return Number.isFinite(value) ? ` ${value} ` : 'null';
}

function styleText(value: unknown, where: string): string {
  if (value instanceof Unsafe) return value.text;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (value === '' || value === null || value === undefined || value === false) return '';
  throw misuse(
    `In ${where}, only numbers are safe. Choose a class instead, or pass unsafe(css), if nobody else can choose it.`,
  );
}

function unwritable(value: unknown, where: string): Error {
  let kind = typeof value as string;
  if (typeof value === 'object' && value !== null) {
    const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
    kind = isPromise(value) || isAsyncIterable(value) ? `${tag}, which comes later,` : tag;
    if (value instanceof Template) kind = 'piece of HTML';
  }
  const advice =
    value instanceof Date ? ' Call toISOString(), or format it.' : isPromise(value) ? ' Await it.' : '';
  return misuse(`A ${kind} can't be written ${where}. Pass a string.${advice}`);
}
