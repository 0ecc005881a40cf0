/** The members of rooms, for servers that bring none: a set each. @template T */
export class Rooms {
  /** @type {Map<string, Set<T>>} */
  #rooms = new Map();

  /** @param {string} room @returns {Set<T>} */
  of(room) {
    const known = this.#rooms.get(room);
    if (known) return known;
    /** @type {Set<T>} */
    const members = new Set();
    this.#rooms.set(room, members);
    return members;
  }
}

/** The room that a client asks for. @param {string} [url] */
export function roomOf(url = '') {
  return new URL(url, 'http://localhost').searchParams.get('room') ?? 'all';
}

/** A server-sent event. @param {string} text */
export function toEvent(text) {
  return `event: news\ndata: ${JSON.stringify(text)}\n\n`;
}
