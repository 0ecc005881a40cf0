export { env, type EnvOptions } from './env.ts';
export { envExample } from './env-example.ts';
export { ConfigError, type ConfigProblem } from './config-error.ts';
export { Secret, secret } from './secret.ts';
export type { EnvFileOptions, Variables } from './dotenv.ts';
