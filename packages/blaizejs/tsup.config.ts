import { library } from '../../tooling/presets/tsup.ts';

export default library([
  'index',
  'types',
  'errors',
  'context',
  'router',
  'router-files',
  'middleware',
  'plugins',
  'app',
  'ssl',
  'server',
  'testing',
]);
