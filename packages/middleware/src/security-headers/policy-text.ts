import { type CspSourceDirective, type Directives, UPGRADE } from './policy-directives.ts';

/** A directive that may list a nonce. */
export type NonceDirective = Extract<
  CspSourceDirective,
  'default-src' | 'script-src' | 'script-src-elem' | 'style-src' | 'style-src-elem'
>;

/** A policy as text, prepared for both schemes. */
export class PolicyText {
  readonly #https: string;
  readonly #http: string;
  readonly #httpsParts: readonly string[];
  readonly #httpParts: readonly string[];

  /** @param nonces the directives that list the nonce, if there is one */
  constructor(directives: Directives, nonces: readonly NonceDirective[]) {
    const overHttp = new Map([...directives].filter(([name]) => name !== UPGRADE));
    this.#https = textOf(directives);
    this.#http = textOf(overHttp);
    this.#httpsParts = partsOf(directives, nonces);
    this.#httpParts = partsOf(overHttp, nonces);
  }

  /** The policy for one answer. */
  text(secure: boolean, nonce: string | undefined): string {
    if (nonce === undefined) return secure ? this.#https : this.#http;
    return (secure ? this.#httpsParts : this.#httpParts).join(nonce);
  }
}

// No source contains it: a semicolon ends a directive.
const PLACE = ';nonce;';

function textOf(directives: Directives): string {
  return [...directives].map(([name, items]) => [name, ...items].join(' ')).join('; ');
}

/** The text, cut where the nonce goes. */
function partsOf(directives: Directives, nonces: readonly NonceDirective[]): readonly string[] {
  const all = new Map(directives);
  for (const name of nonces) {
    // A directive that is not there falls back to this.
    const sources =
      directives.get(name) ?? directives.get(fallbackOf(name)) ?? directives.get('default-src') ?? [];
    all.set(name, [...sources.filter((source) => source !== "'none'"), `'nonce-${PLACE}'`]);
  }
  return textOf(all).split(PLACE);
}

function fallbackOf(name: NonceDirective): string {
  return name.replace(/-elem$/, '');
}
