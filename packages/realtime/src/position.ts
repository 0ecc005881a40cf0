import type { LogPosition } from '@blaizejs/types';

const ID = /^(\w{1,40})-(\d{1,15})$/;

/** The id of the event at a place of a log. */
export function toId({ epoch, number }: LogPosition): string {
  return `${epoch}-${number}`;
}

/** The place that an id stands for; undefined if no log can have made it. */
export function toPosition(id: string): LogPosition | undefined {
  const [, epoch, number] = ID.exec(id) ?? [];
  return epoch === undefined ? undefined : { epoch, number: Number(number) };
}
