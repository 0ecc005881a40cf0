import { library } from '../../tooling/presets/tsup.ts';

// `worker-main` is what each worker runs first.
export default library(['index', 'worker', 'worker-main']);
