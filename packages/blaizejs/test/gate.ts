/** A handler that waits: `entered` resolves when a request has reached it, `open()` lets it continue. */
export interface Gate {
  readonly entered: Promise<void>;
  open(): void;
  handler(): Promise<string>;
}

export function gate(): Gate {
  let open = (): void => undefined;
  let enter = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const entered = new Promise<void>((resolve) => (enter = resolve));
  const handler = async (): Promise<string> => {
    enter();
    await opened;
    return 'done';
  };
  return { entered, open, handler };
}
