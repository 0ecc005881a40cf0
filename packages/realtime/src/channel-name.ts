import { is } from '@blaizejs/errors/internal';

/** Checks the name of a channel or presence, which is only a part of the names that logs and `PubSub` know. */
export const channelName = is<string>(
  'a name of letters, digits, `_`, `.` and `-`',
  (value) => typeof value === 'string' && /^[\w.-]+$/.test(value),
);
