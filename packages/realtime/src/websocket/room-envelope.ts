/** What processes tell each other. */
interface Envelope {
  readonly data: string | Uint8Array;
  /** The id of a socket that does not get it. */
  readonly except: string | undefined;
}

/** Packs a message for other processes. */
export function toEnvelope(data: string | Uint8Array, except: string | undefined): string {
  const content = typeof data === 'string' ? { text: data } : { bytes: Buffer.from(data).toString('base64') };
  return JSON.stringify({ ...content, except });
}

/** @returns undefined for what is no envelope: something else publishes on that channel */
export function readEnvelope(text: string): Envelope | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { text: data, bytes, except } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const id = typeof except === 'string' ? except : undefined;
  if (typeof data === 'string') return { data, except: id };
  return typeof bytes === 'string' ? { data: Buffer.from(bytes, 'base64'), except: id } : undefined;
}
