import { project } from '../../tooling/presets/vitest.ts';

// Hints name the package manager that runs the process if the app names none. Here none does, whatever runs the tests.
export default project('cli', { npm_config_user_agent: '' });
