import { shown } from '../project.ts';
import { fixPaths } from '../types/fix-path.ts';
import { describeRoutes, writeRouteTypes } from '../types/write-route-types.ts';
import type { World } from '../world.ts';
import type { RouteFilesReport } from './dev-process.ts';

/** Keeps what is written about route files true while a server runs: their types, and the paths that they name. */
export class RouteTypesKeeper {
  readonly #entry: string;
  readonly #world: Pick<World, 'cwd' | 'say'>;
  #work: Promise<void> = Promise.resolve();
  #fixed = false;

  /** @param entry the server file, absolute */
  constructor(entry: string, world: Pick<World, 'cwd' | 'say'>) {
    this.#entry = entry;
    this.#world = world;
  }

  /** Does what a report asks for, once what came before is done. */
  take(report: RouteFilesReport): void {
    this.#work = this.#work.then(async () => {
      try {
        if (report.event === 'misplaced') await this.#fix(report);
        else
          await writeRouteTypes(
            await describeRoutes(report.routes, this.#world.cwd, this.#entry),
            this.#world.cwd,
          );
      } catch (error) {
        this.#world.say(`The types of the routes were not written: ${(error as Error).message}`);
      }
    });
  }

  /** Resolves once all is done. @returns whether a file was corrected since this was asked last */
  async settled(): Promise<boolean> {
    await this.#work;
    const fixed = this.#fixed;
    this.#fixed = false;
    return fixed;
  }

  async #fix({ file, served }: { readonly file: string; readonly served: string }): Promise<void> {
    for (const wrong of await fixPaths(file, served)) {
      this.#fixed = true;
      this.#world.say(`${shown(file, this.#world.cwd)} said ${wrong}, and says ${served} now.`);
    }
  }
}
