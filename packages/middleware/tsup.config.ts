import { library } from '../../tooling/presets/tsup.ts';

export default library(['index', 'rate-limit', 'load-shed', 'internal']);
