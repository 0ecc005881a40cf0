import { library } from '../../tooling/presets/tsup.ts';

// `dev-child` is loaded into the servers that `blaize dev` starts.
export default library(['index', 'bin', 'dev-child']);
