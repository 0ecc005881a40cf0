/** The error for a value that can't be sent. Code: `ERR_BLAIZE_RESPONSE_VALUE`. */
export function unsendable(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: 'ERR_BLAIZE_RESPONSE_VALUE' });
}
