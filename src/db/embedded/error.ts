/**
 * - `IN_USE`: a live process holds the data directory.
 * - `UNSUPPORTED`: no PostgreSQL binaries run on this platform.
 * - `NO_USER`: the caller is root and no other user could be found or made.
 * - `FAILED`: anything else that a person can mend; the message says what.
 */
export type EmbeddedPostgresErrorCode = 'IN_USE' | 'UNSUPPORTED' | 'NO_USER' | 'FAILED';

/** A start that could not be; the message is a plain sentence for whoever started the process. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';

  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    message: string,
  ) {
    super(message);
  }
}
