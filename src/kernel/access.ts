import type { InvalidToken, TooManyAttempts } from './failures.js';
import type { Result } from './result.js';

/** Whom an access token stands for, and until when. */
export interface AccessClaims {
  readonly accountId: string;
  readonly communityId: string;
  readonly expiresAt: Date;
}

/** Makes and checks access tokens. */
export interface AccessTokens {
  issue(holder: Pick<AccessClaims, 'accountId' | 'communityId'>, now: Date): { readonly token: string; readonly expiresAt: Date };
  verify(token: string, now: Date): Result<AccessClaims, InvalidToken>;
}

/** One try that was let through. It counts as failed until it is told otherwise. */
export interface Admission {
  /** It took the last try: after it the door is shut for a while. */
  readonly isLast: boolean;
  succeed(): Promise<void>;
}

/** Counts tries of a secret and shuts the door after too many. */
export interface Lockout {
  admit(login: string, address: string | null): Promise<Result<Admission, TooManyAttempts>>;
}
