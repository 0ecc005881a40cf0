import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';

/**
 * The folder whose files may be shown: the repository of the working directory, otherwise its package, otherwise the working
 * directory itself. Undefined if that is the root of the file system.
 */
export function findProject(cwd: string): string | undefined {
  const folders: string[] = [];
  for (let folder = realpathSync(cwd); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    folders.push(folder);
  }
  const having = (name: string): string | undefined =>
    folders.find((folder) => existsSync(path.join(folder, name)));
  return having('.git') ?? having('package.json') ?? folders[0];
}

/** Whether a file is in the project, but not in an installed package. */
export function isOwn(file: string, project: string): boolean {
  const relative = path.relative(project, file);
  const segments = relative.split(path.sep);
  return !path.isAbsolute(relative) && segments[0] !== '..' && !segments.includes('node_modules');
}
