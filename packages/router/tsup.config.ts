import { library } from '../../tooling/presets/tsup.ts';

// Node < 22.15 runs the hooks of hot reload in a thread of their own, which starts from a file.
export default library(['index', 'bundled', 'files', 'internal', 'module-hooks-thread', 'small-router']);
