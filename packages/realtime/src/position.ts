import type { LogPosition } from '@blaizejs/types';

const ID = /^(\w{1,40})-(\d{1,15})$/;

/** Whether two places are the same. */
export function isSamePlace(one: LogPosition, other: LogPosition): boolean {
  return one.epoch === other.epoch && one.number === other.number;
}

/**
 * Whether whoever has read a log up to a place has missed nothing. The log had all that was known when it was asked; what was
 * heard since must have been read, too.
 *
 * @param before the newest place that was known when the log was asked
 * @param head the newest one that is known now
 */
export function hasReadAll(read: LogPosition, before: LogPosition, head: LogPosition): boolean {
  return head === before || (head.epoch === read.epoch && head.number <= read.number);
}

/** The id of the event at a place of a log. */
export function toId({ epoch, number }: LogPosition): string {
  return `${epoch}-${number}`;
}

/** The place that an id stands for; undefined if no log can have made it. */
export function toPosition(id: string): LogPosition | undefined {
  const [, epoch, number] = ID.exec(id) ?? [];
  return epoch === undefined ? undefined : { epoch, number: Number(number) };
}
