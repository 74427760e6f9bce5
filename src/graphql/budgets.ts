import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { type Buckets, MINUTE, type Standing } from '../kernel/bucket.js';
import { networkOf } from '../kernel/network.js';
import type { Scope } from '../scope/scope.js';
import type { Price } from './cost.js';

/** Points that may be spent in a minute: as many at once, and then as they come back, evenly. */
export interface BudgetSizes {
  /** Of each account, and of each program that has no quota of its own. */
  readonly account: number;
  /** Of each address that nobody signed in from. */
  readonly anonymous: number;
  /** Of each address, for fields that are told a secret: one point each. */
  readonly secrets: number;
}

/** A request at the door, of which nothing is known yet. */
const AT_THE_DOOR = 1;
/** What was refused was read and checked, too. */
const REFUSED = 10;

/** What one request may spend. */
export interface Purse {
  /**
   * Pays for an operation before it runs.
   *
   * @throws GraphQLError RATE_LIMITED: then nothing runs
   */
  pay(price: Price): Promise<void>;
  /** Pays a little for what was refused, once, and never throws. */
  payRefused(): Promise<void>;
  /** What it ever holds: nothing dearer can be paid for, however long one waits. */
  readonly capacity: number;
  readonly remaining: number;
  /** When all of it is there again. */
  readonly resetAt: Date;
  /** As GitHub tells it, and as draft-ietf-httpapi-ratelimit-headers-10 does. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface Budgets {
  /**
   * The purse of whoever asks: of the program, else of the account, else of the address.
   *
   * @throws GraphQLError RATE_LIMITED when it is empty: nothing is read then
   */
  open(scope: Scope): Promise<Purse>;
  /**
   * Takes from an address what is refused before it is known who asks: tokens and keys that are not good.
   *
   * @throws GraphQLError RATE_LIMITED when it has guessed too often
   */
  turnAway(address: string | null, at: Date): Promise<void>;
}

type Name = 'client' | 'account' | 'anonymous' | 'secrets';
interface Bucket {
  readonly name: Name;
  readonly key: string;
  readonly capacity: number;
}

const seconds = (milliseconds: number): number => Math.ceil(milliseconds / 1000);

function headersOf({ name }: Bucket, { capacity, room, emptyInMs }: Standing, at: number): HeaderMap {
  return new HeaderMap([
    ['x-ratelimit-limit', String(capacity)],
    ['x-ratelimit-remaining', String(room)],
    ['x-ratelimit-used', String(capacity - room)],
    ['x-ratelimit-reset', String(seconds(at + emptyInMs))],
    ['x-ratelimit-resource', name],
    ['ratelimit-policy', `"${name}";q=${capacity};w=${MINUTE / 1000}`],
    ['ratelimit', `"${name}";r=${room};t=${seconds(emptyInMs)}`],
  ]);
}

function rateLimited(bucket: Bucket, standing: Standing, at: number): GraphQLError {
  // Whoever comes back passes the door once more.
  const wait = seconds(standing.waitMs + (AT_THE_DOOR * MINUTE) / standing.capacity);
  const headers = headersOf(bucket, standing, at).set('retry-after', String(wait));
  return new GraphQLError(`Too much within a minute; try again in ${wait} s. 请求过于频繁，请在 ${wait} 秒后重试。`, {
    extensions: { code: 'RATE_LIMITED', budget: bucket.name, retryAfterSeconds: wait, http: { status: 429, headers } },
  });
}

/** Budgets of callers by the minute, in points of `priceOperation`. */
export function createBudgets(buckets: Buckets, sizes: BudgetSizes): Budgets {
  const ofAddress = (address: string | null | undefined): Bucket => ({
    name: 'anonymous',
    key: `address ${networkOf(address ?? '')}`,
    capacity: sizes.anonymous,
  });

  function bucketOf({ actor, parts }: Scope): Bucket {
    if (actor.kind === 'ACCOUNT' && actor.client) {
      const { id, pointsPerMinute = sizes.account } = actor.client;
      return { name: 'client', key: `client ${id}`, capacity: pointsPerMinute };
    }
    if (actor.kind === 'ACCOUNT') return { name: 'account', key: `account ${actor.accountId}`, capacity: sizes.account };
    return ofAddress(parts.address);
  }

  async function pour(bucket: Bucket, points: number, at: number): Promise<Standing> {
    const standing = await buckets.pour({ ...bucket, points, at });
    if (standing.waitMs > 0) throw rateLimited(bucket, standing, at);
    return standing;
  }

  return {
    async turnAway(address, at) {
      await pour(ofAddress(address), REFUSED, at.getTime());
    },
    async open(scope) {
      const own = bucketOf(scope);
      const secrets = {
        name: 'secrets',
        key: `secrets ${networkOf(scope.parts.address ?? '')}`,
        capacity: sizes.secrets,
      } as const;
      let at = scope.now().getTime();
      let standing = await pour(own, AT_THE_DOOR, at);
      let isSettled = false;
      return {
        async pay(price) {
          at = scope.now().getTime();
          if (price.points > AT_THE_DOOR) standing = await pour(own, price.points - AT_THE_DOOR, at);
          if (price.secrets > 0) await pour(secrets, price.secrets, at);
          isSettled = true;
        },
        async payRefused() {
          if (isSettled) return;
          isSettled = true;
          at = scope.now().getTime();
          standing = await buckets.pour({ ...own, points: REFUSED - AT_THE_DOOR, at, mayRunOver: true });
        },
        capacity: own.capacity,
        get remaining() {
          return standing.room;
        },
        get resetAt() {
          return new Date(at + standing.emptyInMs);
        },
        get headers() {
          return headersOf(own, standing, at);
        },
      };
    },
  };
}
