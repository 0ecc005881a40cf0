import { library } from '../../tooling/presets/tsup.ts';

export default library(['index', 'bun', 'deno', 'lambda', 'vercel', 'worker']);
