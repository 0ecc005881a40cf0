import { library } from '../../tooling/presets/tsup.ts';

export default library(['index', 'env-files', 'http', 'etcd', 'consul']);
