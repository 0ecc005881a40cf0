export { memoryPubSub } from './memory-pub-sub.ts';
export type { PubSub, SubscribeOptions } from '@blaizejs/types';
