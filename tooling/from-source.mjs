/**
 * Arguments with which Node runs the sources of the workspace. By URL, since tsx may not be resolvable from the working
 * directory of a child. Without tsx's own command, which adds a process between a server and its signals.
 */
export const FROM_SOURCE = ['--import', import.meta.resolve('tsx'), '--conditions', '@blaizejs/source'];
