export { main } from './main.ts';
export { realWorld, type World } from './world.ts';
