/** Everything that this check uses from the rest of the tooling. */
export { COMPILERS } from '../types/compilers.mjs';
export { packAll } from '../pack/tarballs.mjs';
export { environment, run, start, upstreamRegistry } from '../release/commands.mjs';
export { runSteps, step } from '../release/steps.mjs';
export { freePort } from '../free-port.mjs';
export { withNode } from '../scaffold/place.mjs';
export { serveTarballs } from '../scaffold/registry.mjs';
export { root } from '../workspace.mjs';
