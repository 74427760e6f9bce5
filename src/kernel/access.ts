import type { ApiClientGrant } from './actor.js';
import type { InvalidToken, TooManyAttempts } from './failures.js';
import type { Result } from './result.js';

/** How an account came to a token: by a person's session, which the token ends with, or through a program. */
export type AccessVia =
  | { readonly sessionId: string; readonly client: null }
  | { readonly sessionId: null; readonly client: ApiClientGrant };

/** Whom an access token stands for. */
export type AccessHolder = { readonly accountId: string; readonly communityId: string } & AccessVia;

/** What a good token says, and until when. */
export type AccessClaims = AccessHolder & { readonly expiresAt: Date };

/** Makes and checks access tokens. */
export interface AccessTokens {
  issue(holder: AccessHolder, now: Date): { readonly token: string; readonly expiresAt: Date };
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
