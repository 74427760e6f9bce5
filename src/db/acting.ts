import { sql } from 'drizzle-orm';
import type { Actor } from '../kernel/actor.js';
import { assertUuid } from '../kernel/ids.js';
import type { Database } from './client.js';

const ids = (list: readonly string[]): string => list.map(assertUuid).join();

/**
 * Tells row-level security who asks, until the transaction ends: one message. SET takes no parameters, hence the check of
 * every id; and it is SET LOCAL, not set_config(), because only that travels to the workers of an engine with shards.
 */
export function actAs(tx: Database, communityId: string, actor: Actor): PromiseLike<unknown> {
  const account = actor.kind === 'ACCOUNT' ? actor : null;
  const settings = {
    community: assertUuid(communityId),
    account: account ? assertUuid(account.accountId) : '',
    branches: account ? ids(account.branchIds) : '',
    kin: account ? ids(account.kinIds) : '',
    system: actor.kind === 'SYSTEM' ? actor.purpose : '',
  };
  return tx.execute(
    sql.raw(
      Object.entries(settings)
        .map(([name, value]) => `set local app.${name} = '${value}'`)
        .join('; '),
    ),
  );
}
