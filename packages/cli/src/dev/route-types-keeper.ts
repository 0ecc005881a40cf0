import { PathFixer } from '../types/path-fixer.ts';
import { describeRoutes, writeRouteTypes } from '../types/write-route-types.ts';
import type { World } from '../world.ts';
import type { RouteFilesReport } from './dev-process.ts';

/** Keeps the types of routes, and the paths in route files, up to date while a server runs. */
export class RouteTypesKeeper {
  readonly #entry: string;
  readonly #world: Pick<World, 'cwd' | 'say'>;
  readonly #fixer: PathFixer;
  #work: Promise<void> = Promise.resolve();
  #fixed = false;

  /** @param entry the server file, absolute */
  constructor(entry: string, world: Pick<World, 'cwd' | 'say'>) {
    this.#entry = entry;
    this.#world = world;
    this.#fixer = new PathFixer(world.cwd, world.say);
  }

  /** Handles a report, after those before it. */
  take(report: RouteFilesReport): void {
    this.#work = this.#work.then(async () => {
      try {
        if (report.event === 'misplaced') {
          if (await this.#fixer.fix(report.file, report.served)) this.#fixed = true;
        } else
          await writeRouteTypes(
            await describeRoutes(report.routes, this.#world.cwd, this.#entry),
            this.#world.cwd,
          );
      } catch (error) {
        this.#world.say(`The types of the routes were not written: ${(error as Error).message}`);
      }
    });
  }

  /** Waits for all reports to be handled. @returns whether a file was corrected since the last call */
  async settled(): Promise<boolean> {
    await this.#work;
    const fixed = this.#fixed;
    this.#fixed = false;
    return fixed;
  }
}
