/** The field of a form that has a token. */
export const TOKEN_FIELD = '_csrf';
