import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { uuidBytes } from './ids.js';
import { normalize } from './text.js';

/** Where a sealed value belongs: a value moved to another row or column does not open. */
export interface Place {
  readonly table: string;
  readonly column: string;
  readonly communityId: string;
  readonly rowId: string;
}

/** Seals personal values and makes the blind indexes that find them by equality. */
export interface Vault {
  seal(place: Place, plain: string): Buffer;
  /** Throws when the value was altered or moved, or its key is unknown. */
  open(place: Place, sealed: Buffer): string;
  /** Equal normalised values of one community and column give equal bytes; across communities they differ. */
  blindIndex(communityId: string, column: string, plain: string): Buffer;
  /** The same for parts of a text, as 31-bit integers for an array index. */
  blindTokens(communityId: string, column: string, tokens: readonly string[]): number[];
}

const IV = 12;
const TAG = 16;

/**
 * AES-256-GCM (NIST SP 800-38D) under keys derived by HKDF (RFC 5869) from numbered secrets of at least 32 bytes. A sealed
 * value is: key number (1 byte), iv, tag, text. New values use the highest number; older ones stay readable.
 */
export function createVault(secrets: ReadonlyMap<number, Buffer>): Vault {
  const current = Math.max(...secrets.keys());
  for (const [number, secret] of secrets) {
    if (!Number.isInteger(number) || number < 1 || number > 255) throw new RangeError('a data key is numbered 1 to 255');
    if (secret.length < 32) throw new RangeError('a data key has at least 32 bytes');
  }
  const derived = new Map([...secrets].map(([number, secret]) => [number, derive(secret, 'seal')]));
  const oldest = secrets.get(Math.min(...secrets.keys()));
  if (!oldest) throw new RangeError('a vault needs a data key');
  const indexKey = derive(oldest, 'blind index');
  const aad = ({ table, column, communityId, rowId }: Place) => Buffer.from(`${table}|${column}|${communityId}|${rowId}`);
  const digest = (communityId: string, column: string, plain: string): Buffer =>
    createHmac('sha256', indexKey)
      .update(uuidBytes(communityId))
      .update(`${column}|${normalize(plain)}`)
      .digest();

  return {
    seal(place, plain) {
      const key = derived.get(current);
      if (!key) throw new Error('the current data key is missing');
      const iv = randomBytes(IV);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(aad(place));
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(current), iv, cipher.getAuthTag(), text]);
    },
    open(place, sealed) {
      const key = derived.get(sealed[0] ?? 0);
      if (!key) throw new Error('sealed under an unknown data key');
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + IV), { authTagLength: TAG })
        .setAAD(aad(place))
        .setAuthTag(sealed.subarray(1 + IV, 1 + IV + TAG));
      return Buffer.concat([decipher.update(sealed.subarray(1 + IV + TAG)), decipher.final()]).toString('utf8');
    },
    blindIndex: (communityId, column, plain) => digest(communityId, column, plain).subarray(0, 16),
    blindTokens: (communityId, column, tokens) =>
      [...new Set(tokens.map(token => digest(communityId, column, token).readUInt32BE() >>> 1))].sort((a, b) => a - b),
  };
}

const derive = (secret: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `red-alliance ${purpose}`, 32));
