import type { LogEntry, LogPosition } from '@blaizejs/types';

import { formatEvent, isEventName } from './event-text.ts';
import { toId } from './position.ts';

/** An event of a channel. All who receive it share one, which is encoded once. */
export class ChannelEvent<Name extends string = string, Data = unknown> {
  /** Its name. */
  readonly event: Name;
  /** What a client sends as `Last-Event-ID` when it connects again after this event. */
  readonly id: string;
  /** @internal */
  readonly '~position': LogPosition;
  /** JSON. @internal */
  readonly '~json': string;
  #data: Data | undefined;
  #bytes: Uint8Array | undefined;

  /** @internal */
  constructor(event: Name, json: string, { epoch, number }: LogPosition) {
    this.event = event;
    this['~json'] = json;
    this['~position'] = { epoch, number };
    this.id = toId({ epoch, number });
  }

  /** What was published, as JSON gives it. All who receive the event share it: do not change it. */
  get data(): Data {
    return (this.#data ??= readJson(this['~json']) as Data);
  }

  /** As a server-sent event. @internal */
  get '~bytes'(): Uint8Array {
    const { event, id } = this;
    return (this.#bytes ??= Buffer.from(formatEvent({ id, event, data: this['~json'] })));
  }
}

/** The text of an event in a log. */
export function toLogText(event: string, json: string): string {
  return `${event}\n${json}`;
}

/** The event of an entry in a log; undefined for what is none: something else writes there. */
export function toChannelEvent({ text, epoch, number }: LogEntry): ChannelEvent | undefined {
  const end = text.indexOf('\n');
  const name = text.slice(0, Math.max(end, 0));
  return isEventName(name) ? new ChannelEvent(name, text.slice(end + 1), { epoch, number }) : undefined;
}

/** The event that says that others were lost. */
export function toReset(position: LogPosition): ChannelEvent<'reset', null> {
  return new ChannelEvent('reset', 'null', position);
}

/** Clients, too, take what is no JSON for text. */
function readJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
