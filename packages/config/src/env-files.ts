/** For commands that start an app: the `.env` files as `env()` and `loadConfig()` see them. */
export { envFileNames, withEnvFiles, type EnvFileOptions, type Variables } from './dotenv.ts';
