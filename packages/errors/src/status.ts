/** The names of the statuses of errors: those of RFC 9110, and Node's for what it does not define. */
const ERRORS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  417: 'Expectation Failed',
  418: "I'm a Teapot",
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  423: 'Locked',
  424: 'Failed Dependency',
  425: 'Too Early',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
  506: 'Variant Also Negotiates',
  507: 'Insufficient Storage',
  508: 'Loop Detected',
  509: 'Bandwidth Limit Exceeded',
  510: 'Not Extended',
  511: 'Network Authentication Required',
};

export function isErrorStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 400 && status <= 599;
}

/** By the first digit. */
const CLASSES = ['', 'Informational', 'Successful', 'Redirection', 'Client Error', 'Server Error'];

/** Those of all other statuses. Apart, since a bundle need not have them. */
const OTHERS: Readonly<Record<number, string>> = {
  100: 'Continue',
  101: 'Switching Protocols',
  102: 'Processing',
  103: 'Early Hints',
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  203: 'Non-Authoritative Information',
  204: 'No Content',
  205: 'Reset Content',
  206: 'Partial Content',
  207: 'Multi-Status',
  208: 'Already Reported',
  226: 'IM Used',
  300: 'Multiple Choices',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  305: 'Use Proxy',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
};

/** The name of a status: `Not Found`. For an unknown one, that of its class (RFC 9110 section 15). */
export function titleOf(status: number): string {
  return OTHERS[status] ?? errorTitleOf(status);
}

/** As {@link titleOf}, for the status of an error. */
export function errorTitleOf(status: number): string {
  return ERRORS[status] ?? CLASSES[Math.floor(status / 100)] ?? 'Server Error';
}

/** Codes are stable: these have the names from before RFC 9110. */
const CODES: Readonly<Record<number, string>> = {
  413: 'ERR_BLAIZE_PAYLOAD_TOO_LARGE',
  422: 'ERR_BLAIZE_UNPROCESSABLE_ENTITY',
};

/** The default code of an error with this status: `ERR_BLAIZE_NOT_FOUND`. */
export function codeOf(status: number): string {
  return CODES[status] ?? `ERR_BLAIZE_${errorTitleOf(status).toUpperCase().replaceAll(/\W+/g, '_')}`;
}
