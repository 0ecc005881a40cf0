/** For commands that start an app: the `.env` files as `env()` and `loadConfig()` see them. */
export {
  envFileNames,
  withEnvFiles,
  type EnvFileOptions,
  type Variables,
  type WithEnvFilesOptions,
} from './dotenv.ts';
export { ConfigError, type ConfigProblem } from './config-error.ts';
