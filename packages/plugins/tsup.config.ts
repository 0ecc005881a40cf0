import { library } from '../../tooling/presets/tsup.ts';

export default library(['index', 'internal', 'health', 'metrics', 'discovery', 'debug', 'tracing']);
