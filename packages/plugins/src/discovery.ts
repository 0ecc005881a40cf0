export { consulRegistration, type ConsulRegistrationOptions } from './discovery/consul-registration.ts';
export { consulTargets, type ConsulTargetsOptions } from './discovery/consul-targets.ts';
export { createService, type Service, type ServiceOptions } from './discovery/service.ts';
export { srvTargets, type SrvTargetsOptions } from './discovery/srv-targets.ts';
export type { Target, TargetSource } from './discovery/target.ts';
export type { Plugin } from '@blaizejs/types';
