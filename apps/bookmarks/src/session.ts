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

/** The cookie of whoever has signed in on the page. */
export const SESSION_COOKIE = '__Host-session';

const DAY = 24 * 60 * 60 * 1000;

/** Keeps sessions in a store, of this process by default, or sealed in the cookie. */
export function sessions(where: { store: SessionStore } | { secret: string } = { store: memoryStore() }) {
  return session<SessionData>({
    ...where,
    cookie: { name: SESSION_COOKIE },
    idle: 7 * DAY,
    absolute: 30 * DAY,
  });
}
