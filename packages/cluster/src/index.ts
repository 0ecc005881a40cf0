export { ANSWER_TIMEOUT, foldTopic, type Answer, type Ask, type Keep, type WorkerAnswer } from './bus.ts';
export { createCluster, type Cluster } from './create-cluster.ts';
export type { ClusterOptions } from './options.ts';
export { ClusterError } from './cluster-error.ts';
export type { ClusterState, WorkerInfo, WorkerState } from './supervisor.ts';
export { requestReload } from './control.ts';
