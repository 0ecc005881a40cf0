/** What a check found. */
export interface Finding {
  /** A problem keeps an app from working; a warning may. */
  readonly level: 'fine' | 'warning' | 'problem';
  /** What was looked at: `Node`. */
  readonly about: string;
  /** The state of it and, if something is wrong, what to do. */
  readonly text: string;
}

export const fine = (about: string, text: string): Finding => ({ level: 'fine', about, text });
export const warning = (about: string, text: string): Finding => ({ level: 'warning', about, text });
export const problem = (about: string, text: string): Finding => ({ level: 'problem', about, text });
