import type { ErrorHandler } from '@blaizejs/router';

export default ((error) => `root: ${error.message}`) satisfies ErrorHandler;
