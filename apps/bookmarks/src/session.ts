import { memoryStore, type Session, session, type SessionStore } from '@blaizejs/auth/session';

declare module 'blaizejs' {
  interface State {
    session: Session<SessionData>;
  }
}

interface SessionData {
  /** The id of the user who has signed in. */
  user: number;
}

/** The cookie of whoever has signed in on the page. It has a random id, and nothing else. */
export const SESSION_COOKIE = '__Host-session';

const DAY = 24 * 60 * 60 * 1000;

/** Keeps sessions in a store, of this process by default. */
export function sessions(store: SessionStore = memoryStore()) {
  return session<SessionData>({ store, cookie: { name: SESSION_COOKIE }, idle: 7 * DAY, absolute: 30 * DAY });
}
