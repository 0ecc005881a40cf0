export { askAll, onAsk } from './worker-bus.ts';
export type { WorkerAnswer } from './bus.ts';
