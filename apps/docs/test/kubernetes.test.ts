import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

import { readPages, root } from './pages.ts';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

interface Model {
  validate: () => void;
}

const blocks = readPages()
  .flatMap((page) => page.blocks)
  .filter(({ language, code }) => language === 'yaml' && /^apiVersion: /m.test(code));
const manifests = blocks.flatMap(({ file, page, code }) =>
  documentsOf(code).map((manifest) => ({ name: `${page} ${file}: ${manifest.kind}`, manifest })),
);

function documentsOf(text: string): Manifest[] {
  return [...parseAllDocuments(text)].map((document) => {
    // A key that is there twice, say.
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  });
}

/** Throws what the schema of Kubernetes says is wrong. It knows formats, and nothing of unknown fields. */
async function validate({ apiVersion, ...manifest }: Manifest): Promise<void> {
  const models = (await import(/* @vite-ignore */ `kubernetes-models/${apiVersion}`)) as Record<
    string,
    new (data: object) => Model
  >;
  const Model = models[manifest.kind];
  if (!Model) throw new Error(`${apiVersion} has no kind ${manifest.kind}.`);
  new Model({ apiVersion, ...manifest }).validate();
}

/** What TypeScript says of manifests as literals: unknown fields, above all. */
function complaintsOf(given: readonly Manifest[]): string[] {
  const folder = path.resolve(import.meta.dirname, '../.blaize/kubernetes');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'manifests.ts');
  const lines = given.map((manifest, at) => {
    const { apiVersion, kind } = manifest;
    return `const m${at}: import('kubernetes-models/${apiVersion}').I${kind} = ${JSON.stringify(manifest)};`;
  });
  writeFileSync(file, [...lines, 'export {};\n'].join('\n'));
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.NodeNext,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

// The compiler is slow on a machine with other work.
describe('manifests for Kubernetes', { timeout: 60_000 }, () => {
  test('are there', () => {
    expect(manifests.map(({ manifest }) => manifest.kind)).toEqual(
      expect.arrayContaining(['Deployment', 'Service', 'PodDisruptionBudget', 'HorizontalPodAutoscaler']),
    );
  });

  test.for(manifests)('$name is valid', ({ manifest }) => validate(manifest));

  test('have no unknown fields', () => {
    expect(complaintsOf(manifests.map(({ manifest }) => manifest))).toEqual([]);
  });

  test('a wrong one is found', async () => {
    const manifest = manifests.find((each) => each.manifest.kind === 'Deployment')!.manifest;
    await expect(validate({ ...manifest, spec: { replicas: 'two' } } as Manifest)).rejects.toThrow(
      'replicas',
    );
    expect(complaintsOf([{ ...manifest, specs: {} } as Manifest])[0]).toContain('"specs"');
  });

  test('the autoscaler reads a metric that the plugin has', () => {
    const metrics = path.join(root, 'packages/plugins/src/metrics');
    const source = readdirSync(metrics).map((file) => readFileSync(path.join(metrics, file), 'utf8'));
    const named = blocks.flatMap(({ code }) =>
      [...code.matchAll(/metric: \{ name: (\w+) \}/g)].map(([, name]) => name),
    );
    expect(named).not.toEqual([]);
    for (const name of named) expect(source.join(), name).toContain(`name: '${name}'`);
  });
});
