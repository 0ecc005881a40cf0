import { BlaizeError } from './blaize-error.ts';

/**
 * Stands in for what a build for a platform has left out, since nothing in the bundle names it.
 *
 * A part of the framework that an app can only reach by a name takes this place if its constant `BLAIZE_WITHOUT_…` is defined.
 * `blaize build` defines it if no code in the bundle has one of the names.
 *
 * @param names what the code would have to have: `cookie or cookies`
 * @returns a function that throws a BlaizeError `ERR_BLAIZE_LEFT_OUT`
 */
export function leftOut(names: string): () => never {
  return () => {
    throw new BlaizeError(
      'ERR_BLAIZE_LEFT_OUT',
      `The build left out the code for ${names}, since nothing in the app's code names it. Write the name out instead of putting it together at runtime.`,
    );
  };
}
