import { randomBytes } from 'node:crypto';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The id of nothing. Looked up where an id would follow from a row that is not there, so that what is hidden and what does not exist
 * send the same statements and take the same time.
 */
export const NOWHERE = '00000000-0000-0000-0000-000000000000';

export const isUuid = (id: string): boolean => UUID.test(id);

/** Gives back what is a UUID in canonical form; anything else here is a bug, so it throws. */
export function assertUuid(id: string): string {
  if (!UUID.test(id)) throw new TypeError('not a UUID');
  return id;
}

let lastMillisecond = 0;
let sequence = 0;

/**
 * A UUIDv7 (RFC 9562 §5.7): milliseconds, then a 12-bit counter so that ids made by one process in one millisecond keep
 * their order (method 1 of §6.2), then 62 random bits.
 */
export function newId(now: number = Date.now()): string {
  if (now > lastMillisecond) {
    lastMillisecond = now;
    sequence = randomBytes(2).readUInt16BE() & 0x7ff;
  } else if (++sequence > 0xfff) {
    lastMillisecond++;
    sequence = 0;
  }
  const bytes = randomBytes(16);
  bytes.writeUIntBE(lastMillisecond, 0, 6);
  bytes.writeUInt16BE(0x7000 | sequence, 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  return toUuid(bytes);
}

export function toUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export const uuidHex = (id: string): string => assertUuid(id).replaceAll('-', '');
export const uuidBytes = (id: string): Buffer => Buffer.from(uuidHex(id), 'hex');
