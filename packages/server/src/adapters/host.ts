import { isAuthority } from '@blaizejs/context/internal';

/** Whether a text is what a Host field may have. A comma would be allowed, but tells of two fields in one. */
export function isHost(text: string): boolean {
  return !text.includes(',') && isAuthority(text);
}
