import { sql } from 'drizzle-orm';
import type { House } from '../app.js';
import { newId } from '../kernel/ids.js';

/** Of every demo account; published, so production refuses to start while one of them is active. */
export const DEMO_PASSWORD = 'red-alliance-demo';

/** Fills an empty database with the demonstration estate. */
export async function seedDemo({ db, now }: House): Promise<void> {
  const id = newId(now().getTime());
  await db.execute(sql`
    insert into community (id, code, name, subdistrict_name, district_code, subdistrict_code, created_at)
    values (${id}, 'demo', '示范社区', '湖墅街道', '330105', '330105002', ${now().toISOString()})`);
}
