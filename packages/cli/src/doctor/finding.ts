/** The result of a check. */
export interface Finding {
  /** A problem keeps the app from working; a warning might. */
  readonly level: 'fine' | 'warning' | 'problem';
  /** The subject of the check, such as `Node`. */
  readonly about: string;
  /** The result and, if something is wrong, what to do. */
  readonly text: string;
}

export const fine = (about: string, text: string): Finding => ({ level: 'fine', about, text });
export const warning = (about: string, text: string): Finding => ({ level: 'warning', about, text });
export const problem = (about: string, text: string): Finding => ({ level: 'problem', about, text });
