/** What {@link Places.take} has found. */
interface Marked {
  readonly room: string;
  /** Of a message; undefined if there is none. */
  readonly json: string | undefined;
  /** Whether messages are lost. */
  readonly isReset: boolean;
}

// Rooms that are remembered, and characters that they may take in a URL.
const MAX_ROOMS = 50;
const MAX_LENGTH = 4000;

const MARK = /^#(!?)(\w{1,40}-\d{1,15})@(\S*)(?: |$)/;

/** What a client has received of each room: the last ids, which it names when it comes back. */
export class Places {
  /** Known to the server over all connections, so that what it does not send to this client stays so. */
  readonly #client = randomName();
  /** By the encoded names of rooms. The last one that has changed comes last. */
  readonly #last = new Map<string, string>();

  /** @returns the URL to connect to */
  addTo(url: string): string {
    const entries = [...this.#last].map(([room, id]) => `${id}@${room}`);
    let text = [this.#client, ...entries].join(',');
    while (encodeURIComponent(text).length > MAX_LENGTH && entries.length > 0) {
      entries.shift();
      text = [this.#client, ...entries].join(',');
    }
    return `${url}${url.includes('?') ? '&' : '?'}resume=${encodeURIComponent(text)}`;
  }

  /** @returns undefined for a text that is no message of a room with a log */
  take(text: string): Marked | undefined {
    const [head = '', mark, id = '', room = ''] = text.startsWith('#') ? (MARK.exec(text) ?? []) : [];
    const name = mark === undefined ? undefined : decode(room);
    if (name === undefined) return undefined;
    this.#last.delete(room);
    this.#last.set(room, id);
    if (this.#last.size > MAX_ROOMS) {
      for (const oldest of this.#last.keys()) {
        this.#last.delete(oldest);
        break;
      }
    }
    const json = text.slice(head.length);
    return { room: name, json: json === '' ? undefined : json, isReset: mark === '!' };
  }
}

function decode(room: string): string | undefined {
  try {
    return decodeURIComponent(room);
  } catch {
    return undefined;
  }
}

/** `crypto.randomUUID()` is missing on pages without TLS. */
function randomName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
