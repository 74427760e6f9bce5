import { sql } from 'drizzle-orm';
import type { Actor } from '../kernel/actor.js';
import { assertUuid } from '../kernel/ids.js';
import type { Database } from './client.js';

const ids = (list: readonly string[]): string => list.map(assertUuid).join();

/**
 * Tells row-level security who asks, until the transaction ends: one message, on its way when this returns, ahead of whatever
 * is sent after. (Rows asked for as objects leave drizzle at once; a raw result leaves a tick later, and a statement of the
 * builder would overtake it.) SET takes no parameters, hence the check of every id; and it is SET LOCAL, not set_config(),
 * because only that travels to the workers of an engine with shards.
 */
export function actAs(tx: Database, communityId: string, actor: Actor): Promise<void> {
  const account = actor.kind === 'ACCOUNT' ? actor : null;
  const settings = {
    community: assertUuid(communityId),
    account: account ? assertUuid(account.accountId) : '',
    branches: account ? ids(account.branchIds) : '',
    kin: account ? ids(account.kinIds) : '',
    system: actor.kind === 'SYSTEM' ? actor.purpose : '',
  };
  const told = Object.entries(settings).map(([name, value]) => `set local app.${name} = '${value}'`);
  return tx.execute(sql.raw(told.join('; ')), 'objects').then(() => undefined);
}
