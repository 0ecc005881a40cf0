import { library } from '../../tooling/presets/tsup.ts';

export default library(['index', 'sqlite', 'bullmq']);
