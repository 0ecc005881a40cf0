// Names of credentials.
const NAME =
  /auth(?!or(?!i[sz]a))|cookie|token|secret|passw|passphrase|(?:api|access|private)[-_]?key|session|credential|jwt|csrf|xsrf|signature|^(?:key|pwd|pin|otp|code|sid|sig)$/i;
// Values that are credentials, whatever their name: those of an Authorization field, and JSON Web Tokens.
// A token is read up to where the next one may begin, so that `-eyJ…-eyJ…` costs no more than its length.
const VALUE = /^(?:basic|bearer|digest|negotiate)\s|\beyJ(?:(?!-eyJ)[\w-]){5,1000}\.[\w-]/i;

/** Whether a field, a header or a parameter of that name holds a secret: `password`, `apiKey`, `session-token`. */
export function isSecretName(name: string): boolean {
  return NAME.test(name);
}

/** Whether a value is a secret, whatever its name is. */
export function isSecretValue(value: string): boolean {
  return VALUE.test(value);
}
