/** A limit, as its doc comment in `@blaizejs/types` tells of it. */
export interface Limit {
  readonly name: string;
  readonly meaning: string;
  readonly byDefault: string;
  /** What Node does without it; empty where it has nothing like it. */
  readonly inNode: string;
}

const PROPERTY = /\/\*\*(?<comment>(?:(?!\*\/).)*)\*\/\s*readonly (?<name>\w+): number;/gs;
const DEFAULT = /^(?<meaning>.*) Default: (?<byDefault>[^[]+?)(?: \[(?<inNode>[^\]]+)\])?\.$/;

/**
 * Reads the limits out of their declaration.
 *
 * @param source the text of `packages/types/src/limits.ts`
 * @throws Error where a comment does not say what the default is
 */
export function limitsIn(source: string): Limit[] {
  const start = source.indexOf('export interface Limits {');
  const declaration = source.slice(source.indexOf('{', start), source.indexOf('\n}', start));
  return [...declaration.matchAll(PROPERTY)].map(({ groups: { comment = '', name = '' } = {} }) => {
    const text = comment.replaceAll(/\s*\n\s*\* ?/g, ' ').trim();
    const { meaning, byDefault, inNode = '' } = DEFAULT.exec(text)?.groups ?? {};
    if (meaning === undefined || byDefault === undefined) {
      throw new Error(`The comment on ${name} ends with "Default: … [what Node does].", unlike: ${text}`);
    }
    return { name, meaning, byDefault, inNode };
  });
}

/** The limits as a table in Markdown, whose numbers stay on one line. */
export function limitsTable(limits: readonly Limit[]): string {
  const rows = limits.map(
    ({ name, meaning, byDefault, inNode }) =>
      `| \`${name}\` | ${meaning} | ${byDefault} | ${inNode || '–'} |`,
  );
  const table = [
    '| option | what it limits | default | Node alone |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ];
  return table.join('\n').replaceAll(/(\d) (?=\d)/g, '$1\u00a0');
}
