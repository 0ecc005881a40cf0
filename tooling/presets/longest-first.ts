import { BaseSequencer, type TestSpecification } from 'vitest/node';

// The files that take longest, and so their projects, start first: at the end, all workers then have something left to do.
const LONGEST = [
  'cli/test/dev',
  'cli/test/generate',
  'cli/test/build',
  'cli/test/start-failure',
  'blaizejs/test/signals',
  'blaizejs/test/https',
  'blaizejs/test/environment',
  'bookmarks/test/types',
  'tooling/exports/declarations',
  'create-blaizejs/test/production',
  'ssl/src/development-certificate',
  'server/test/wire/http1-limits',
  'server/test/wire/two-way',
  'server/test/wire/bodies',
  'server/test/wire/http2-floods',
  'server/test/wire/tunnels-http1',
];

/**
 * Sorts test files as vitest does, but what is known to take long comes first. vitest itself knows that only from an
 * earlier run. Files of one project stay together, as only they share a process.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const index = LONGEST.findIndex((name) => moduleId.includes(`/${name}.`));
      return index === -1 ? LONGEST.length : index;
    };
    const ofProject = new Map<string, number>();
    for (const file of files) {
      const { name } = file.project;
      ofProject.set(name, Math.min(rank(file), ofProject.get(name) ?? Infinity));
    }
    const projectRank = ({ project }: TestSpecification): number => ofProject.get(project.name) ?? 0;
    const sorted = await super.sort(files);
    // Sorting is stable: projects that have no such file stay one after the other.
    return sorted.sort(
      (a, b) => projectRank(a) - projectRank(b) || (a.project === b.project ? rank(a) - rank(b) : 0),
    );
  }
}
