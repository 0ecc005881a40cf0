import { library } from '../../tooling/presets/tsup.ts';

export default library(['index', 'jwt', 'oidc', 'session']);
