import { library } from '../../tooling/presets/tsup.ts';

export default library([
  'index',
  'internal',
  'cors',
  'csrf',
  'security-headers',
  'host-filter',
  'ip-filter',
  'maintenance',
  'request-id',
  'request-log',
  'resilience',
  'compress',
  'connect',
  'etag',
  'static',
  'rate-limit',
  'load-shed',
]);
