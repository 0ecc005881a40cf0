/** Waits no longer than the caller does. @throws the reason of the signal */
export function unlessAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    void pending.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', leave);
    });
  });
}
