import { expect, it } from 'vitest';
import { isForgotten } from './driver.js';

const asked =
  '\n      select b.oid, b.typarray\n      from pg_catalog.pg_type a\n      left join pg_catalog.pg_type b on b.oid = a.typelem';

it.each([
  [{ code: 'ECONNRESET', query: asked }, true],
  [{ code: '57P01', query: asked }, true],
  [{ code: 'ECONNRESET', query: 'select 1' }, false],
  [{ code: 'ECONNRESET' }, false],
  [{ query: asked }, false],
  [new Error('something else'), false],
  [null, false],
  [undefined, false],
])('%o: %s', (error, forgotten) => expect(isForgotten(error)).toBe(forgotten));
