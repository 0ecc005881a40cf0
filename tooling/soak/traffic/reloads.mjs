import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { expect } from './answered.mjs';
import { ask } from './target.mjs';

/** @import { Answer, Target } from './target.mjs' */

// Milliseconds. Must be less than the patience of a client.
const PATIENCE = 5_000;

/** Changes route files under load, and checks that each change becomes live, and that no other answers occur. */
export class Reloads {
  #folder;
  #targets;
  #route = 0;
  #lib = 0;
  /** The number of live changes. */
  count = 0;

  /** @param {string} folder the folder that contains the folder of routes @param {readonly Target[]} targets */
  constructor(folder, targets) {
    this.#folder = folder;
    this.#targets = targets;
  }

  async change() {
    const kinds = [this.#changeRoute, this.#changeImport, this.#breakAndMend, this.#addAndRemove];
    await kinds[this.count % kinds.length]?.call(this);
    this.count++;
  }

  async #changeRoute() {
    const before = this.#version();
    this.#edit('routes/version.ts', `route = ${++this.#route}`);
    await this.#becomes(before);
  }

  async #changeImport() {
    const before = this.#version();
    this.#edit('lib/version.ts', `lib = ${++this.#lib}`);
    await this.#becomes(before);
  }

  async #breakAndMend() {
    const before = this.#version();
    const file = join(this.#folder, 'routes/version.ts');
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, "throw new Error('soak: broken on purpose');\n");
    // Long enough to be noticed. The previous version is still served.
    for (let time = 0; time < 10; time++) {
      await setTimeout(20);
      expect(await ask(this.#anyTarget(), '/version'), 200, before);
    }
    writeFileSync(file, good);
    await this.#changeRoute();
  }

  async #addAndRemove() {
    const file = join(this.#folder, 'routes/added.ts');
    writeFileSync(file, "export const GET = { handler: () => 'added' };\n");
    await this.#gets('/added', 200);
    rmSync(file);
    await this.#gets('/added', 404);
  }

  #version() {
    return `${this.#route}.${this.#lib}`;
  }

  /** @param {string} name @param {string} assignment */
  #edit(name, assignment) {
    const file = join(this.#folder, name);
    const variable = assignment.split(' ')[0];
    writeFileSync(file, readFileSync(file, 'utf8').replace(new RegExp(`${variable} = \\d+`), assignment));
  }

  /** @param {string} before */
  async #becomes(before) {
    const now = this.#version();
    for (const target of this.#targets) {
      await this.#until(target, '/version', (answer) => {
        expect(answer, 200, (text) => text === before || text === now);
        return answer.content.toString() === now;
      });
    }
  }

  /** @param {string} path @param {number} status */
  async #gets(path, status) {
    for (const target of this.#targets) await this.#until(target, path, (answer) => answer.status === status);
  }

  /** @param {Target} target @param {string} path @param {(answer: Answer) => boolean} isLive */
  async #until(target, path, isLive) {
    const begun = performance.now();
    while (!isLive(await ask(target, path))) {
      if (performance.now() - begun > PATIENCE) {
        throw new Error(`${path} over ${target.protocol}: a change was not live after ${PATIENCE / 1000} s`);
      }
      await setTimeout(10);
    }
  }

  #anyTarget() {
    const target = this.#targets[Math.floor(Math.random() * this.#targets.length)];
    if (!target) throw new Error('There are no targets.');
    return target;
  }
}
