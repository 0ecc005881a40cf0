/** A template with its values. */
export class Template {
  /** @internal */
  readonly strings: TemplateStringsArray;
  /** @internal */
  readonly values: readonly unknown[];

  /** @internal */
  constructor(strings: TemplateStringsArray, values: readonly unknown[]) {
    this.strings = strings;
    this.values = values;
  }
}
