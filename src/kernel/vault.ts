import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { uuidBytes } from './ids.js';
import { currentKey, type VaultKeys } from './keys.js';
import { normalize } from './text.js';

/** Where a sealed value belongs: a value moved to another row or column does not open. */
export interface Place {
  readonly table: string;
  readonly column: string;
  readonly communityId: string;
  readonly rowId: string;
}

/** Where the values of accounts belong, which are no community's. */
export const NO_COMMUNITY = '00000000-0000-0000-0000-000000000000';

/** Seals personal values and makes the blind indexes that find them by equality. */
export interface Vault {
  /** The numbers of the keys that new values are made with. */
  readonly current: { readonly data: number; readonly index: number };
  seal(place: Place, plain: string): Buffer;
  /** Throws when the value was altered or moved, or its key is unknown. */
  open(place: Place, sealed: Buffer): string;
  /** To store: equal normalised values of one community and column give equal bytes; across communities they differ. */
  blindIndex(communityId: string, column: string, plain: string): Buffer;
  /** To search by: the same value under every key that is still understood, the current one first. */
  blindIndexes(communityId: string, column: string, plain: string): [Buffer, ...Buffer[]];
  /** To store, for parts of a text: the key's number, negative, then 31-bit integers, in ascending order. */
  blindTokens(communityId: string, column: string, tokens: readonly string[]): number[];
  /** To search by: one such list for each key. Rows that hold all of a list hold all of the tokens. */
  blindTokenLists(communityId: string, column: string, tokens: readonly string[]): number[][];
}

const IV = 12;
const TAG = 16;
const INDEX = 16;

/**
 * AES-256-GCM (NIST SP 800-38D) and HMAC-SHA-256 (FIPS 198-1) under keys derived by HKDF (RFC 5869) from numbered secrets. A
 * sealed value is: key number (1 byte), iv, tag, text; a blind index: key number, first 16 bytes of the digest. So each stored
 * value says itself under which key it is, and rotation can tell what is left to do.
 */
export function createVault({ data, index }: VaultKeys): Vault {
  const current = { data: currentKey(data), index: currentKey(index) };
  const sealing = derived(data, 'seal');
  const indexing = derived(index, 'blind index');
  const older = [...indexing.keys()].filter(number => number !== current.index);
  const aad = ({ table, column, communityId, rowId }: Place) => Buffer.from(`${table}|${column}|${communityId}|${rowId}`);
  const digest = (number: number, communityId: string, column: string, plain: string): Buffer =>
    createHmac('sha256', keyOf(indexing, number))
      .update(uuidBytes(communityId))
      .update(`${column}|${normalize(plain)}`)
      .digest();
  const indexUnder = (number: number, communityId: string, column: string, plain: string): Buffer =>
    Buffer.concat([Buffer.of(number), digest(number, communityId, column, plain).subarray(0, INDEX)]);
  const tokensUnder = (number: number, communityId: string, column: string, tokens: readonly string[]): number[] => [
    -number,
    ...[...new Set(tokens.map(token => digest(number, communityId, column, token).readUInt32BE() >>> 1))].sort((a, b) => a - b),
  ];

  return {
    current,
    seal(place, plain) {
      const iv = randomBytes(IV);
      const cipher = createCipheriv('aes-256-gcm', keyOf(sealing, current.data), iv).setAAD(aad(place));
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(current.data), iv, cipher.getAuthTag(), text]);
    },
    open(place, sealed) {
      const decipher = createDecipheriv('aes-256-gcm', keyOf(sealing, sealed[0]), sealed.subarray(1, 1 + IV), {
        authTagLength: TAG,
      })
        .setAAD(aad(place))
        .setAuthTag(sealed.subarray(1 + IV, 1 + IV + TAG));
      const text = decipher.update(sealed.subarray(1 + IV + TAG));
      // Throws unless the tag fits; a stream cipher keeps nothing back, so there is no more text in it.
      decipher.final();
      return text.toString('utf8');
    },
    blindIndex: (...of) => indexUnder(current.index, ...of),
    blindIndexes: (...of) => [indexUnder(current.index, ...of), ...older.map(number => indexUnder(number, ...of))],
    blindTokens: (...of) => tokensUnder(current.index, ...of),
    blindTokenLists: (...of) => [current.index, ...older].map(number => tokensUnder(number, ...of)),
  };
}

/** As key objects: made from bytes for each value, OpenSSL would set a key up anew each time, at four times the cost. */
const derived = (secrets: VaultKeys['data'], purpose: string): ReadonlyMap<number, KeyObject> =>
  new Map(
    [...secrets].map(([number, secret]) => [
      number,
      createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `red-alliance ${purpose}`, 32))),
    ]),
  );

function keyOf(keys: ReadonlyMap<number, KeyObject>, number: number | undefined): KeyObject {
  const key = number === undefined ? undefined : keys.get(number);
  if (!key) throw new Error('sealed under an unknown data key');
  return key;
}
