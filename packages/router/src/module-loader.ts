import { pathToFileURL } from 'node:url';

export class ModuleLoader {
  constructor(_watch: boolean) {}
  async load(file: string): Promise<Record<string, unknown>> {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  }
  async invalidate(_files: readonly string[]): Promise<void> {}
  async files(): Promise<string[]> {
    return [];
  }
}
