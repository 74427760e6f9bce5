import type { AccountActor, Role, SystemPurpose } from '../../kernel/actor.js';
import type { AccessPurpose } from '../../kernel/vocabulary.js';

/** A look at a person, as it is written down (ADR 23 says what counts as one). */
export interface AccessEntry {
  readonly action: string;
  /** Whom it showed: one row each. Nobody, where it met nobody or only computed. */
  readonly residentIds?: readonly string[];
  readonly residentId?: string | null;
  /** Known from the actor where it is a system purpose. */
  readonly purpose?: SystemPurpose;
  /** Codes and counts, e.g. the stated purpose and the fields; never a value. */
  readonly detail?: Readonly<Record<string, string | number>>;
}

/** The same as it is told to the person. */
export interface LoggedAccess {
  readonly id: string;
  readonly at: Date;
  readonly residentId: string;
  readonly branchId: string | null;
  readonly accountId: string | null;
  readonly actorRole: string;
  readonly systemPurpose: SystemPurpose | null;
  readonly action: string;
  readonly detail: Readonly<Record<string, string | number>>;
}

type Label = readonly [zh: string, en: string];

/** What a look was, for people. */
const ACTIONS: Readonly<Record<string, Label>> = {
  RESIDENT_OPENED: ['查看档案(已脱敏)', 'The record was opened, masked.'],
  RESIDENTS_LISTED: ['在名单或检索结果中显示(已脱敏)', 'It was shown in a list or search, masked.'],
  RESIDENT_REVEALED: ['查看明文信息', 'Clear values were shown.'],
  RESIDENT_EXPORTED: ['导出全部个人信息', 'A copy of everything on file was made.'],
  SHARED_WITH_ORGANIZATION: ['向服务单位提供', 'Clear values were given to an organization.'],
};
/** The label of an action; its code where it has none. */
export const labelOfAction = (action: string): Label => ACTIONS[action] ?? [action, action];

/** The stated purpose of a look; null for what was only computed. */
export const statedPurpose = ({ detail }: Pick<LoggedAccess, 'detail'>): AccessPurpose | null =>
  (detail.purpose as AccessPurpose | undefined) ?? null;

const STAFF_ROLES: readonly Role[] = ['COMMUNITY_ADMIN', 'BRANCH_SECRETARY', 'ESTATE_OFFICER', 'GENERALIST_WORKER'];

/** The roles in which an account looks: as staff at people of its branches, as family at its kin, else as what it is. */
export const rolesOfLook = ({ roles }: AccountActor): { readonly asStaff: string; readonly otherwise: string } => ({
  asStaff: STAFF_ROLES.find(role => roles.includes(role)) ?? roles[0] ?? 'ACCOUNT',
  otherwise: roles.find(role => !STAFF_ROLES.includes(role)) ?? roles[0] ?? 'ACCOUNT',
});

/** Years for which looks are kept at least (PIPL art. 56); the wall lets nothing younger be taken away. */
const YEARS_KEPT = 3;
/** Whether what was written at a time may have been taken away by now. */
export function isPastKeeping(at: Date, now: Date): boolean {
  const end = new Date(at);
  end.setUTCFullYear(end.getUTCFullYear() + YEARS_KEPT);
  return end <= now;
}
