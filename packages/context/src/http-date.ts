const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const FORMS = /* @__PURE__ */ forms();

/** The three forms of RFC 9110 section 5.6.7. The last two are obsolete, but have to be read. */
function forms(): readonly RegExp[] {
  const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
  const longDay = '(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)';
  const month = `(?<month>${MONTHS.join('|')})`;
  const time = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)';
  return [
    new RegExp(`^${day}, (?<day>\\d\\d) ${month} (?<year>\\d{4}) ${time} GMT$`),
    new RegExp(`^${longDay}, (?<day>\\d\\d)-${month}-(?<year>\\d\\d) ${time} GMT$`),
    new RegExp(`^${day} ${month} (?<day>[ \\d]\\d) ${time} (?<year>\\d{4})$`),
  ];
}

/**
 * Reads an HTTP-date (RFC 9110 section 5.6.7), and nothing else that `Date.parse()` takes for a date.
 *
 * @returns seconds since 1970, or `undefined` if it is not a date
 */
export function parseHttpDate(value: string): number | undefined {
  for (const form of FORMS) {
    const parts = form.exec(value)?.groups;
    if (parts) return toSeconds(parts);
  }
  return undefined;
}

function toSeconds(parts: Record<string, string>): number | undefined {
  const number = (name: string) => Number(parts[name]);
  const month = MONTHS.indexOf(parts['month'] ?? '');
  const hour = number('hour');
  // 60 is a leap second, which counts as the first of the next minute.
  if (hour > 23 || number('minute') > 59 || number('second') > 60) return undefined;
  // Date.UTC() would take the years 0 to 99 for those of the last century.
  const date = new Date(0);
  date.setUTCFullYear(fullYear(parts['year'] ?? ''), month, number('day'));
  if (date.getUTCMonth() !== month) return undefined;
  return date.setUTCHours(hour, number('minute'), number('second')) / 1000;
}

/** Two digits that would be more than 50 years ahead are a year of the past. */
function fullYear(digits: string): number {
  if (digits.length === 4) return Number(digits);
  const now = new Date().getUTCFullYear();
  const year = now - (now % 100) + Number(digits);
  return year > now + 50 ? year - 100 : year;
}
