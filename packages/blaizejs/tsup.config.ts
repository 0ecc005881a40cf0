import { library } from '../../tooling/presets/tsup.ts';

export default library([
  'index',
  'types',
  'errors',
  'context',
  'router',
  'middleware',
  'plugins',
  'ssl',
  'server',
  'testing',
]);
