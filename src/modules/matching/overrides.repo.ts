import { and, eq, sql } from 'drizzle-orm';
import type { SealedTable } from '../../db/sealed-table.js';
import { emptyWords } from '../../db/words.js';
import { accountOf } from '../../kernel/actor.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { overrideNotes } from './overrides.table.js';

export interface NewNote {
  readonly id: string;
  readonly branchId: string;
  readonly needId: string;
  readonly note: string;
}

const TABLE = 'personal.override_note';
export const sealedOverrideNotes: SealedTable = { name: TABLE, id: 'id', sealed: ['note_sealed'], indexes: {} };

const placeOf = ({ communityId }: Scope, rowId: string) => ({
  table: TABLE,
  column: 'note_sealed',
  communityId,
  rowId,
});

export async function insertNotes(tx: Scope, notes: readonly NewNote[]): Promise<void> {
  if (!notes.length) return;
  await tx.db.insert(overrideNotes).values(
    notes.map(({ note, ...row }) => ({
      ...row,
      communityId: tx.communityId,
      noteSealed: tx.vault.seal(placeOf(tx, row.id), note),
      writtenBy: accountOf(tx.actor),
      writtenAt: tx.now(),
    })),
  );
}

/** Notes in clear, as far as row-level security lets the caller through: staff of the branch. */
export const noteById = defineLoader<string>('overrideNoteById', (scope, ids) =>
  scope.reading(async ({ db, communityId }) => {
    const rows = await db
      .select({ id: overrideNotes.id, noteSealed: overrideNotes.noteSealed })
      .from(overrideNotes)
      .where(and(eq(overrideNotes.communityId, communityId), sql`${overrideNotes.id} = any(${sql.param(ids)}::uuid[])`));
    const opened = rows.map(({ id, noteSealed }) => [id, scope.vault.open(placeOf(scope, id), noteSealed)] as const);
    return new Map(opened.filter(([, note]) => note !== ''));
  }),
);

/** Takes the words from the notes on these needs; how many there were. */
export const emptyNotes = async (tx: Scope, needIds: readonly string[]): Promise<number> =>
  (await emptyWords(tx, sealedOverrideNotes, needIds)).length;

export interface NoteWritten {
  readonly needId: string;
  readonly writtenAt: Date;
}
/** When something was written about these needs. */
export const notesOf = ({ db, communityId }: Scope, needIds: readonly string[]): Promise<NoteWritten[]> =>
  db
    .select({ needId: overrideNotes.needId, writtenAt: overrideNotes.writtenAt })
    .from(overrideNotes)
    .where(and(eq(overrideNotes.communityId, communityId), sql`${overrideNotes.needId} = any(${sql.param(needIds)}::uuid[])`))
    .orderBy(overrideNotes.writtenAt);
