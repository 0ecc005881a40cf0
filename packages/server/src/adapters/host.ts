import { isAuthority } from '@blaizejs/context/internal';

/** Whether a text is a valid Host field. The RFC allows a comma, but it is a sign of two fields that were joined. */
export function isHost(text: string): boolean {
  return !text.includes(',') && isAuthority(text);
}
