import { Secret, TOTP } from 'otpauth';

const PERIOD_SECONDS = 30;
/** RFC 4226 §4 R6 asks for 128 bits at least and recommends 160. */
const SECRET_BYTES = 20;
/** Steps before and after the present one whose codes are taken: clocks of telephones differ (RFC 6238 §6). */
const WINDOW = 1;

const generator = (secret: Secret, label = ''): TOTP =>
  new TOTP({ issuer: 'Red Alliance', label, secret, algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS });

/** A new secret in Base32, and the otpauth:// URI by which an authenticator app takes it. */
export function newTotp(login: string): { readonly secret: string; readonly uri: string } {
  const secret = new Secret({ size: SECRET_BYTES });
  return { secret: secret.base32, uri: generator(secret, login).toString() };
}

/** The time step that a code belongs to (RFC 6238 §4.2), if it is one of those around now; null for a wrong code. */
export function stepOf(secret: string, code: string, now: Date): number | null {
  const timestamp = now.getTime();
  const delta = generator(Secret.fromBase32(secret)).validate({ token: code, timestamp, window: WINDOW });
  return delta === null ? null : Math.floor(timestamp / 1000 / PERIOD_SECONDS) + delta;
}
