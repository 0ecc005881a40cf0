export { type BufferOptions } from './buffer.ts';
export {
  type Channel,
  type ChannelOptions,
  createChannel,
  type EventSubscription,
  type SubscriptionOptions,
  type Topic,
} from './channel.ts';
export type { ChannelEvent } from './channel-event.ts';
export { type EventFields, formatEvent } from './event-text.ts';
export type { EventInput, EventOutput, ResetEvent } from './event-types.ts';
export { memoryEventLog, type MemoryEventLogOptions } from './memory-event-log.ts';
export { memoryPubSub } from './memory-pub-sub.ts';
export type {
  EventLog,
  EventSchemas,
  LogEntry,
  LogPosition,
  LogWatch,
  LogWatcher,
  PubSub,
  SubscribeOptions,
} from '@blaizejs/types';
export {
  createSSERoute,
  type SSEResponse,
  type SSEResult,
  type SSERouteDefinition,
  type SSERouteMaker,
  type SSEStream,
} from './sse-route.ts';
export { createPresence, type Member, type Presence, type PresenceOptions } from './presence.ts';
export { pubSubEventLog } from './pub-sub-event-log.ts';
