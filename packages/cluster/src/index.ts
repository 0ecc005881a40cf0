export { createCluster, type Cluster } from './create-cluster.ts';
export type { ClusterOptions } from './options.ts';
export { ClusterError } from './cluster-error.ts';
export type { ClusterState, WorkerInfo, WorkerState } from './supervisor.ts';
export { requestReload } from './control.ts';
export type { WorkerAnswer } from '@blaizejs/types/internal';
