import type { Scope } from '../../scope/scope.js';
import { endKinships } from './kinships.repo.js';
import { coarseBirthDate } from './residents.domain.js';
import { saveObjections } from './residents.repo.js';
import { emptyResident, type Held, saveDeath } from './rights.repo.js';

export { linksTo } from './kinships.repo.js';
export { readWhole } from './residents.repo.js';
export { emptyOldShells, holdResident } from './rights.repo.js';

// What the rights of persons ask of a record, each within the transaction of a request. Who may is decided there.

/** Restricts processing (PIPL art. 44): the record is kept and nothing else is done with it. */
export async function restrictProcessing(tx: Scope, residentId: string, branchId: string): Promise<void> {
  await saveObjections(tx, residentId, { restricted: true });
  await tx.append({
    kind: 'PROCESSING_RESTRICTION_SET',
    subject: { type: 'Resident', id: residentId },
    branchId,
    data: { restricted: true },
  });
}

/** The person has died (PIPL art. 49); matching leaves them alone from then on. */
export async function recordDeath(tx: Scope, residentId: string, branchId: string, deceasedOn: string): Promise<void> {
  await saveDeath(tx, residentId, deceasedOn);
  await tx.append({ kind: 'RESIDENT_DECEASED', subject: { type: 'Resident', id: residentId }, branchId });
}

/**
 * Takes everything that identifies a person from their record and ends what links accounts to it. `countedOn`: the days on which
 * their age was counted. Answers with how many links ended.
 */
export async function eraseResident(tx: Scope, residentId: string, held: Held, countedOn: readonly string[]): Promise<number> {
  const birthDate = coarseBirthDate(held.profile.birthDate, countedOn);
  await emptyResident(tx, residentId, { ...held.profile, birthDate, storey: null, abilityLevel: null, languages: [] });
  const ended = await endKinships(tx, residentId);
  const { branchId } = held;
  await tx.append(
    ...ended.map(({ id, state }) => ({
      kind: 'KINSHIP_REVOKED' as const,
      subject: { type: 'Kinship', id },
      branchId,
      from: state,
      to: 'REVOKED',
    })),
    { kind: 'RESIDENT_ERASED' as const, subject: { type: 'Resident', id: residentId }, branchId },
  );
  return ended.length;
}
