/** An app or server that answers requests in process. */
export interface Warmable {
  fetch(request: Request): Promise<Response>;
}

/** What to ask for. */
export interface WarmOptions {
  /** Where clients will ask: it is part of the key. `https://shop.example` */
  readonly origin: string;
  readonly paths: readonly string[];
  /** What clients will send, if answers depend on it: `{ 'accept-encoding': 'gzip' }`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How many requests run at a time. Default: 4. */
  readonly concurrency?: number | undefined;
}

/** What came of it. */
export interface WarmResult {
  /** How many answers were successful. */
  readonly answered: number;
  /** The paths without one, and their status; 0 for an error. */
  readonly failed: readonly { readonly path: string; readonly status: number }[];
}

/** @throws TypeError if the origin is not a URL */
export async function warm(
  app: Warmable,
  { origin, paths, headers = {}, concurrency = 4 }: WarmOptions,
): Promise<WarmResult> {
  const base = new URL(origin);
  const failed: { path: string; status: number }[] = [];
  const rest = [...new Set(paths)];
  let answered = 0;
  const work = async (): Promise<void> => {
    for (let path = rest.shift(); path !== undefined; path = rest.shift()) {
      const status = await ask(app, new Request(new URL(path, base), { headers }));
      if (status >= 200 && status < 400) answered += 1;
      else failed.push({ path, status });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, work));
  return { answered, failed };
}

/** @returns the status; 0 if there was none, or the answer broke off */
async function ask(app: Warmable, request: Request): Promise<number> {
  try {
    const response = await app.fetch(request);
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
