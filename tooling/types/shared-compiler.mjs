import { join } from 'node:path';

import ts from 'typescript';

/**
 * Compiles projects in this process with the compiler of the workspace, and so reads and parses a file once that several of
 * them share, such as the declarations of Node. What a project can see is up to its own program.
 *
 * The compiler options of the projects may differ in `lib`, which does not affect how a file is parsed, but in nothing else.
 */
export class SharedCompiler {
  name = `TypeScript ${ts.version}`;
  /** @type {Map<string, ts.SourceFile | undefined>} by path */
  #files = new Map();

  /**
   * @param {string} folder with a tsconfig.json
   * @returns {{ ok: boolean, output: string }} as `tsc --project <folder>` says it
   */
  compile(folder) {
    const parsed = ts.getParsedCommandLineOfConfigFile(join(folder, 'tsconfig.json'), undefined, {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
        throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
      },
    });
    if (!parsed) throw new Error(`${folder} has no tsconfig.json.`);
    const host = ts.createCompilerHost(parsed.options);
    const { getSourceFile } = host;
    host.getSourceFile = (path, ...rest) => {
      if (!this.#files.has(path)) this.#files.set(path, getSourceFile(path, ...rest));
      return this.#files.get(path);
    };
    const program = ts.createProgram({
      rootNames: parsed.fileNames,
      options: parsed.options,
      configFileParsingDiagnostics: ts.getConfigFileParsingDiagnostics(parsed),
      host,
    });
    const problems = ts.sortAndDeduplicateDiagnostics(ts.getPreEmitDiagnostics(program));
    return { ok: problems.length === 0, output: ts.formatDiagnostics(problems, host) };
  }
}
