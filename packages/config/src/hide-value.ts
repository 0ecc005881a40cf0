import { isSecretName, isSecretValue } from '@blaizejs/errors/internal';

const HIDDEN = '[hidden]';
// A password in a URL.
const CREDENTIALS = /^([a-z][a-z\d+.-]*:\/\/)[^\s/?#]*@/i;
// The shortest part of a value that is recognised in a message, and the shortest with a digit in it. Shorter ones are words
// such as "number" too often.
const PART = 8;
const PART_WITH_DIGIT = 4;

/** What libraries add to the issues of Standard Schema. */
interface LibraryIssue {
  readonly message: string;
  /** The value, as Valibot describes it. */
  readonly received?: unknown;
  /** The value, as ArkType describes it. */
  readonly actual?: unknown;
}

/**
 * The message of a schema without the value. zod shows no values, Valibot and ArkType do, and so may messages of an
 * app.
 *
 * @param value what was given, as text
 */
export function messageWithout(issue: LibraryIssue, value: unknown): string {
  let { message } = issue;
  for (const shown of [issue.received, issue.actual]) {
    if (typeof shown === 'string' && !/^[a-z ]*$/i.test(shown)) message = message.replaceAll(shown, HIDDEN);
  }
  for (const text of texts(value)) message = hide(message, text);
  return message.replace(/[\r\n]+\s*/g, ' ').slice(0, 500);
}

/** Whether a value is not to be shown. */
export function isSecret(path: readonly string[], value: unknown): boolean {
  return (
    path.some((part) => isSecretName(part)) ||
    (typeof value === 'string' && (isSecretValue(value) || CREDENTIALS.test(value)))
  );
}

/** Hides a text in a message where it stands on its own, and whatever quotes a part of it. */
function hide(message: string, value: string): string {
  const text = value.trim();
  if (text === '') return message;
  let shown = message;
  for (const form of new Set([
    value,
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(toWellFormed(text)),
  ])) {
    // A pattern of that size would be too large.
    shown = form.length > 500 ? shown.replaceAll(form, HIDDEN) : shown.replace(alone(form), HIDDEN);
  }
  const lower = text.toLowerCase();
  shown = shown.slice(0, 2000);
  shown = shown.replace(/(["'`])((?:(?!\1).){1,1000})\1/g, (all, quote: string, inner: string) =>
    lower.includes(inner.toLowerCase()) && inner.length > 2 ? `${quote}${HIDDEN}${quote}` : all,
  );
  return shown.replace(/[^\s"'`,;()[\]{}]+/g, (word) =>
    word.length >= (/\d/.test(word) ? PART_WITH_DIGIT : PART) && lower.includes(word.toLowerCase())
      ? HIDDEN
      : word,
  );
}

function toWellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

function alone(text: string): RegExp {
  const escaped = text.replace(/[$()*+./?[\\\]^{|}]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, 'giu');
}

/** The texts in a value, of lists and objects too. */
function texts(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || typeof value === 'bigint') return [String(value)];
  if (typeof value !== 'object' || value === null || depth > 8) return [];
  return Object.values(value).flatMap((item) => texts(item, depth + 1));
}
