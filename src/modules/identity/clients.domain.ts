import { createHash, randomBytes } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { crc32 } from 'node:zlib';
import type { AccountActor, Role } from '../../kernel/actor.js';
import { allOf, checkCount, checkInteger, checkText } from '../../kernel/check.js';
import type { Problem } from '../../kernel/failures.js';
import { type ApiScope, SUBJECTS } from '../../kernel/permissions.js';

/** Every scope there is. Who may write there may read there, too: a change answers with what it changed. */
export const API_SCOPES: readonly ApiScope[] = SUBJECTS.flatMap(
  subject => [`${subject}:read`, `${subject}:write`] satisfies ApiScope[],
);

/** A program of somebody else that calls by keys of its own. */
export interface ApiClient {
  readonly id: string;
  /** The service account that it acts as; what it may do hangs on that account's roles, within the scopes. */
  readonly accountId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Branches that its rights are narrowed to; empty: not narrowed. */
  readonly branchIds: readonly string[];
  /** CIDR blocks that it may call from; empty: from anywhere. */
  readonly addresses: readonly string[];
  readonly pointsPerMinute: number;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly createdAt: Date;
}

export const MAX_CLIENT_NAME = 60;
export const MAX_CLIENT_BRANCHES = 50;
export const MAX_ADDRESSES = 20;
export const MAX_POINTS_PER_MINUTE = 1_000_000;
export const DEFAULT_POINTS_PER_MINUTE = 6000;

const PREFIX = 'ra_live_';
const SECRET_BYTES = 32;
const FORM = /^ra_live_([A-Za-z0-9_-]{43})([A-Za-z0-9_-]{6})$/;

const checksum = (secret: string): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(`${PREFIX}${secret}`));
  return bytes.toString('base64url');
};

/** A key of 256 random bits with a prefix that scanners for leaked secrets find, and a checksum. */
export function newApiKey(): string {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return `${PREFIX}${secret}${checksum(secret)}`;
}

/** It has the form of a key and its checksum fits: anything else is refused without asking the database. */
export function isApiKey(text: string): boolean {
  const [, secret = '', sum] = FORM.exec(text) ?? [];
  return sum !== undefined && sum === checksum(secret);
}

/** What is stored of a secret of 256 random bits: nothing can be guessed from it, so a quick hash will do. */
export const secretHash = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** `192.0.2.0/24`, `2001:db8::/32`, or one address. */
function parseBlock(text: string): { readonly address: string; readonly bits: number; readonly family: 'ipv4' | 'ipv6' } | null {
  const [, address = '', digits] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (!version) return null;
  const most = version === 4 ? 32 : 128;
  const bits = digits === undefined ? most : Number(digits);
  return bits > most ? null : { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** Tells of an address whether it lies in one of the blocks. An IPv4 address may come as IPv6 (`::ffff:192.0.2.1`, RFC 4291 §2.5.5.2). */
export function addressRule(blocks: readonly string[]): (address: string | null) => boolean {
  if (!blocks.length) return () => true;
  const list = new BlockList();
  for (const text of blocks) {
    const block = parseBlock(text);
    if (block) list.addSubnet(block.address, block.bits, block.family);
  }
  return address => {
    const plain = address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
    const version = isIP(plain);
    return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  };
}

/** What holds for the whole of a community, and so goes when a program is narrowed to some branches. */
const SPANNING: readonly Role[] = ['COMMUNITY_ADMIN', 'SUBDISTRICT', 'AUDITOR'];

/** The rights of the program: those of its account within its scopes and, where it is narrowed, its branches. */
export function narrowed(
  actor: AccountActor,
  { id, scopes, pointsPerMinute, branchIds }: Pick<ApiClient, 'id' | 'scopes' | 'pointsPerMinute' | 'branchIds'>,
): AccountActor {
  const client = { id, scopes, pointsPerMinute };
  if (!branchIds.length) return { ...actor, client };
  const within = (ids: readonly string[]) => ids.filter(branchId => branchIds.includes(branchId));
  return {
    ...actor,
    client,
    roles: actor.roles.filter(role => !SPANNING.includes(role)),
    branchIds: within(actor.branchIds),
    secretaryBranchIds: within(actor.secretaryBranchIds),
    memberBranchIds: within(actor.memberBranchIds),
  };
}

export interface ClientFields {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly role: Role;
  /** Branches to narrow it to. */
  readonly limitedToBranchIds?: readonly string[] | null | undefined;
  readonly addresses?: readonly string[] | null | undefined;
  readonly pointsPerMinute?: number | null | undefined;
  readonly expiresAt?: Date | null | undefined;
}

const each = (path: string, values: readonly string[], good: (value: string) => boolean): Problem[] =>
  values.some(value => !good(value)) ? [{ path: [path], rule: 'BAD_FORMAT' }] : [];

/** Everything that is wrong with a program's terms. */
export const checkClient = (
  { name, scopes, role, limitedToBranchIds, addresses, pointsPerMinute, expiresAt }: ClientFields,
  now: Date,
) =>
  allOf(
    checkText(['name'], name, { max: MAX_CLIENT_NAME, required: true }),
    checkCount(['scopes'], scopes, { min: 1, max: API_SCOPES.length }),
    each('scopes', scopes, scope => API_SCOPES.some(known => known === scope)),
    checkCount(['limitedToBranchIds'], limitedToBranchIds, { max: MAX_CLIENT_BRANCHES }),
    limitedToBranchIds?.length && SPANNING.includes(role) ? { path: ['limitedToBranchIds'], rule: 'NOT_ALLOWED' } : null,
    checkCount(['addresses'], addresses, { max: MAX_ADDRESSES }),
    each('addresses', addresses ?? [], text => parseBlock(text) !== null),
    checkInteger(['pointsPerMinute'], pointsPerMinute, { min: 1, max: MAX_POINTS_PER_MINUTE }),
    expiresAt && expiresAt <= now ? { path: ['expiresAt'], rule: 'IN_THE_PAST' } : null,
  );
