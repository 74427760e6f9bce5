import { toUuid, uuidHex } from '../kernel/ids.js';

/** Organisations, categories and accounts belong to no community. */
const GLOBAL = '00000000-0000-0000-0000-000000000000';
const FORM = /^[A-Za-z0-9_-]{44,120}$/;

export interface GlobalId {
  readonly type: string;
  /** Null for what belongs to no community. */
  readonly communityId: string | null;
  readonly id: string;
}

/** Opaque to clients: type, community and id in base64url. Every row of every list has one: a single buffer, filled in place. */
export function toGlobalId(type: string, communityId: string | null, id: string): string {
  const bytes = Buffer.allocUnsafe(32 + type.length);
  bytes.write(uuidHex(communityId ?? GLOBAL) + uuidHex(id), 'hex');
  bytes.write(type, 32, 'latin1');
  return bytes.toString('base64url');
}

/** The parts of an id that we made, or null. */
export function parseGlobalId(text: string): GlobalId | null {
  if (!FORM.test(text)) return null;
  const bytes = Buffer.from(text, 'base64url');
  const type = bytes.subarray(32).toString();
  if (!/^[A-Z][A-Za-z]+$/.test(type) || bytes.toString('base64url') !== text) return null;
  const communityId = toUuid(bytes.subarray(0, 16));
  return { type, communityId: communityId === GLOBAL ? null : communityId, id: toUuid(bytes.subarray(16, 32)) };
}
