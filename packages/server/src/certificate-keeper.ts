import { FilePoll, hasSharedTicketKeys, onSharedTicketKeys } from '@blaizejs/ssl/internal';
import type { CertificateExpiry, Logger } from '@blaizejs/types';

/** What a keeper works with. */
interface Kept {
  readonly log: () => Logger;
  readonly certificates: () => readonly CertificateExpiry[];
  /** Reads all files again. @returns whether anything is different now @throws CertificateError */
  readonly reload: () => Promise<boolean>;
  readonly renewTicketKeys: () => void;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** RFC 9325 section 7.4 wants ticket keys replaced; whoever steals one can read the sessions of TLS 1.2 that it sealed. */
const TICKET_KEY_HOURS = 12;
/** Let's Encrypt's clients have renewed by then, so something is wrong. */
const WARN_BEFORE = 14 * DAY;

/**
 * Looks after the certificates of sockets that are open: notices changed files, warns of those that expire soon, and replaces
 * the ticket keys.
 */
export class CertificateKeeper {
  readonly reloads = { succeeded: 0, failed: 0 };
  readonly #kept: Kept;
  #files = '';
  #poll: FilePoll | undefined;
  #hourly: NodeJS.Timeout | undefined;
  #forgetShared: (() => void) | undefined;
  #hours = 0;
  #warned = new Map<string, number>();

  constructor(kept: Kept) {
    this.#kept = kept;
  }

  /** Starts, or watches other files from now on. */
  start(files: readonly string[]): void {
    if (!this.#hourly) {
      this.#hourly = setInterval(() => this.#everyHour(), HOUR).unref();
      this.#forgetShared = onSharedTicketKeys(() => this.#kept.renewTicketKeys());
      this.#warnOfExpiry();
    }
    const key = files.join('\0');
    if (this.#poll && key === this.#files) return;
    this.#poll?.stop();
    this.#files = key;
    this.#poll =
      files.length === 0
        ? undefined
        : new FilePoll({
            files,
            onChange: () => this.#reload(),
            onProblem: (error) => {
              this.reloads.failed += 1;
              const reason = error instanceof Error ? error.message : String(error);
              const line = `A changed certificate can't be used, so the old one stays. ${reason}`;
              this.#kept.log().error({ err: error, file: (error as { file?: unknown }).file }, line);
            },
          });
  }

  stop(): void {
    this.#poll?.stop();
    this.#poll = undefined;
    clearInterval(this.#hourly);
    this.#hourly = undefined;
    this.#forgetShared?.();
  }

  async #reload(): Promise<void> {
    const { certificates, log, reload } = this.#kept;
    const before = certificates();
    if (!(await reload())) return;
    this.reloads.succeeded += 1;
    const after = certificates();
    const expires = after.map(({ notAfter }) => notAfter.toISOString());
    log().info(
      { certificates: after },
      `Changed certificates are in use. They expire on ${expires.join(', ')}.`,
    );
    const names = new Set(after.flatMap((each) => each.names));
    const gone = before.flatMap((each) => each.names).filter((name) => !names.has(name));
    if (gone.length > 0) {
      const line = `The new certificates lack names that the old ones had: ${[...new Set(gone)].join(', ')}`;
      log().warn({ names: gone }, line);
    }
    this.#warnOfExpiry();
  }

  #everyHour(): void {
    this.#hours += 1;
    // Those that are shared are replaced by whoever shares them.
    if (this.#hours % TICKET_KEY_HOURS === 0 && !hasSharedTicketKeys()) this.#kept.renewTicketKeys();
    this.#warnOfExpiry();
  }

  /** Warns of each certificate once a day. */
  #warnOfExpiry(): void {
    const now = Date.now();
    const warned = new Map<string, number>();
    for (const { names, notBefore, notAfter } of this.#kept.certificates()) {
      // Those that live for days only are renewed late.
      const early = Math.min(WARN_BEFORE, (notAfter.getTime() - notBefore.getTime()) / 3);
      const left = notAfter.getTime() - now;
      if (left >= early) continue;
      const key = `${names.join()} ${notAfter.getTime()}`;
      const last = this.#warned.get(key);
      const isDue = last === undefined || now - last >= DAY - HOUR / 2;
      warned.set(key, isDue ? now : last);
      if (!isDue) continue;
      const which = `The certificate for ${names.join(', ') || 'no name'}`;
      const until = notAfter.toISOString();
      if (left <= 0)
        this.#kept.log().error({ names, notAfter }, `${which} expired on ${until}. Clients refuse it.`);
      else {
        const line = `${which} expires in ${Math.floor(left / DAY)} days, on ${until}. Renew it.`;
        this.#kept.log().warn({ names, notAfter }, line);
      }
    }
    this.#warned = warned;
  }
}
