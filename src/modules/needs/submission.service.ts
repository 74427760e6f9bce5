import { accountOf, isStaff, speaksFor, worksFor } from '../../kernel/actor.js';
import { allOf, checkText } from '../../kernel/check.js';
import { localDate } from '../../kernel/clock.js';
import type { Forbidden, IdempotencyKeyReused, InvalidInput, NotFound, Problem } from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { normalize } from '../../kernel/text.js';
import type { Urgency } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { organizationById } from '../alliance/alliance.service.js';
import { type ConsentAtNeed, giveConsentsFor } from '../privacy/consents.service.js';
import { isOneself } from '../residents/kinships.service.js';
import { residentFacts } from '../residents/residents.service.js';
import { categoryByCode } from '../taxonomy/taxonomy.service.js';
import { branchById, buildingById, findBuildings } from '../territory/territory.service.js';
import { insertDetails } from './details.repo.js';
import { checkFields, checkGroup, type NeedFields, withDefaults } from './fields.domain.js';
import type { BeneficiaryKind, Channel, Need, RequesterKind } from './needs.domain.js';
import { insertNeeds, type NeedRow, needById, nextNeedNumbers } from './needs.repo.js';
import { findNeed } from './sight.service.js';
import { goTogether, lockCompanion } from './together.service.js';

/** For whom: exactly one of the first five; groups and organizations also need the branch. */
export interface Beneficiary {
  readonly residentId?: string | null;
  readonly address?: string | null;
  readonly group?: string | null;
  readonly organizationId?: string | null;
  readonly buildingId?: string | null;
  readonly branchId?: string | null;
}

export interface SubmitNeed extends Beneficiary, NeedFields {
  readonly categoryCode: string;
  readonly requesterKind?: RequesterKind | null;
  readonly requesterOrganizationId?: string | null;
  readonly channel?: Channel | null;
  readonly urgency?: Urgency | null;
  readonly verified?: boolean | null;
  /** What the beneficiary agrees to in the same breath: for this need alone, where the purpose can be narrowed. */
  readonly consents?: readonly ConsentAtNeed[] | null;
  readonly idempotencyKey: string;
}

type Refused = NotFound | Forbidden | InvalidInput;
type Standing = 'STAFF' | 'SELF' | 'FAMILY' | 'ORGANIZATION';

interface Target {
  readonly kind: BeneficiaryKind;
  readonly branchId: string;
  readonly residentId: string | null;
  readonly buildingId: string | null;
  /** As whom the caller asks. */
  readonly standing: Standing;
  readonly floor: number | null;
}

/**
 * Takes down a need. Staff do it for anybody in their branches and answer for it, so it is open at once unless they say
 * otherwise; residents ask for themselves, family for those they are verified kin of, liaisons for their own organization, and staff verify it. Only
 * staff may call it urgent (P0 to P2).
 */
export const submitNeed = (scope: Scope, command: SubmitNeed) =>
  scope.transaction(
    (tx): Promise<Result<NeedRow, Refused | IdempotencyKeyReused>> =>
      tx.once(
        { operation: 'needSubmit', key: command.idempotencyKey, input: command },
        () => submit(tx, command),
        id => findNeed(tx, id),
      ),
  );

async function submit(tx: Scope, command: SubmitNeed): Promise<Result<NeedRow, Refused>> {
  const shape = allOf(
    exactlyOne(command),
    checkGroup(command.group),
    checkText(['categoryCode'], command.categoryCode, { max: 40, required: true }),
  );
  if (!shape.ok) return shape;
  const located = await locate(tx, command);
  if (!located.ok) return located;
  const target = located.value;
  const [category, building, requesterOrganization] = await Promise.all([
    tx.load(categoryByCode, command.categoryCode),
    target.buildingId === null ? null : tx.load(buildingById, target.buildingId),
    command.requesterOrganizationId == null ? null : tx.load(organizationById, command.requesterOrganizationId),
  ]);
  if (!category) return fail({ code: 'NOT_FOUND', path: ['categoryCode'] });
  if (command.requesterOrganizationId != null && !requesterOrganization)
    return fail({ code: 'NOT_FOUND', path: ['requesterOrganizationId'] });
  const asking = askedBy(tx, command, target);
  const now = tx.now();
  const checked = allOf(
    ...asking.problems,
    command.branchId != null && command.branchId !== target.branchId ? { path: ['branchId'], rule: 'NOT_ALLOWED' } : null,
    problemsOf(checkFields(command, { now, storeys: building?.storeys ?? null })),
  );
  if (!checked.ok) return checked;
  const { standing, branchId } = target;
  const urgency = command.urgency ?? 'P3';
  const about = { branchId, categoryCode: category.code };
  const id = newId(now.getTime());
  const companion = command.togetherWithId == null ? null : await lockCompanion(tx, command.togetherWithId, { ...about, id });
  if (companion && !companion.ok) return companion;
  const isOpen = standing === 'STAFF' && (command.verified !== false || urgency === 'P0');
  const need: Need = {
    ...withDefaults(command, { floor: target.floor, noLift: building ? !building.hasLift : false }),
    ...about,
    id,
    number: await nextNumberOf(tx, branchId),
    beneficiaryKind: target.kind,
    beneficiaryOrganizationId: command.organizationId ?? null,
    beneficiaryGroup: command.group == null ? null : normalize(command.group),
    requesterKind: asking.requesterKind,
    requesterOrganizationId: asking.organizationId,
    channel: asking.channel,
    state: isOpen ? 'OPEN' : 'SUBMITTED',
    urgency,
    committed: 0,
    fulfilled: 0,
    submittedAt: now,
    openedAt: isOpen ? now : null,
    closedAt: null,
    closeReason: null,
    mergedIntoId: null,
    togetherWithId: null,
    transferredTo: null,
    version: 1,
  };
  await insertNeeds(tx, [need]);
  await insertDetails(tx, [
    {
      needId: need.id,
      branchId,
      beneficiaryId: target.residentId,
      requesterAccountId: standing === 'STAFF' ? null : accountOf(tx.actor),
      buildingId: target.buildingId,
      description: command.description?.trim() ?? '',
      accessNotes: command.accessNotes?.trim() || null,
    },
  ]);
  // The reference to the person waited for whoever was erasing them: they may be gone by now.
  if (target.residentId !== null && !(await residentFacts(tx, [target.residentId])).has(target.residentId))
    return fail({ code: 'NOT_FOUND', path: ['residentId'] });
  const event = { subject: { type: 'Need', id }, branchId };
  await tx.append(
    {
      ...event,
      kind: 'NEED_SUBMITTED' as const,
      to: 'SUBMITTED',
      data: { categoryCode: category.code, channel: need.channel, urgency },
    },
    ...(isOpen ? [{ ...event, kind: 'NEED_OPENED' as const, from: 'SUBMITTED', to: 'OPEN' }] : []),
  );
  if (companion) await goTogether(tx, need, companion.value);
  const agreed = await giveConsentsFor(tx, { needId: id, residentId: target.residentId }, command.consents ?? []);
  if (!agreed.ok) return agreed;
  const made = await tx.load(needById, id);
  if (!made) throw new Error('a need just written cannot be read');
  return ok(made);
}

const problemsOf = (checked: Result<null, InvalidInput>): readonly Problem[] => (checked.ok ? [] : checked.failure.problems);

const WAYS = ['residentId', 'address', 'group', 'organizationId', 'buildingId'] as const satisfies (keyof Beneficiary)[];

function exactlyOne(command: Beneficiary): Problem[] {
  const given = WAYS.filter(way => command[way] != null);
  if (!given.length) return [{ path: ['residentId'], rule: 'REQUIRED' }];
  return given.slice(1).map(way => ({ path: [way], rule: 'NOT_ALLOWED' }));
}

/** Finds the beneficiary and as whom the caller may ask for them. Who may not know of a person is told that there is none. */
async function locate(tx: Scope, command: Beneficiary): Promise<Result<Target, NotFound | Forbidden | InvalidInput>> {
  const { actor } = tx;
  if (command.residentId != null) {
    const resident = (await residentFacts(tx, [command.residentId])).get(command.residentId);
    if (!resident) return fail({ code: 'NOT_FOUND', path: ['residentId'] });
    const { id, branchId, buildingId, storey } = resident;
    const standing = worksFor(actor, branchId) ? 'STAFF' : (await tx.load(isOneself, id)) ? 'SELF' : 'FAMILY';
    return ok({ kind: 'RESIDENT', branchId, residentId: id, buildingId, standing, floor: storey });
  }
  if (command.address != null || command.buildingId != null) return locatePlace(tx, command);
  if (command.branchId == null) return fail({ code: 'INVALID_INPUT', problems: [{ path: ['branchId'], rule: 'REQUIRED' }] });
  const [branch, organization] = await Promise.all([
    tx.load(branchById, command.branchId),
    command.organizationId == null ? null : tx.load(organizationById, command.organizationId),
  ]);
  if (!branch) return fail({ code: 'NOT_FOUND', path: ['branchId'] });
  if (command.organizationId != null && !organization) return fail({ code: 'NOT_FOUND', path: ['organizationId'] });
  const kind = organization ? 'ORGANIZATION' : 'GROUP';
  const target = { kind, branchId: branch.id, residentId: null, buildingId: null, floor: null } as const;
  if (worksFor(actor, branch.id)) return ok({ ...target, standing: 'STAFF' });
  if (actor.kind !== 'ACCOUNT' || !actor.memberBranchIds.includes(branch.id))
    return fail({ code: 'FORBIDDEN', path: ['branchId'] });
  if (organization && !speaksFor(actor, organization.id)) return fail({ code: 'FORBIDDEN', path: ['organizationId'] });
  return ok({ ...target, standing: 'ORGANIZATION' });
}

/** A place, or somebody at an address who is not on file: for staff of its branch. A whole block counts as its first entrance. */
async function locatePlace(tx: Scope, { address, buildingId }: Beneficiary): Promise<Result<Target, NotFound | Forbidden>> {
  const path = [address == null ? 'buildingId' : 'address'];
  if (!isStaff(tx.actor)) return fail({ code: 'FORBIDDEN', path });
  const building =
    address == null ? await tx.load(buildingById, buildingId ?? '') : ((await findBuildings(tx, address))[0] ?? null);
  if (!building) return fail({ code: 'NOT_FOUND', path });
  if (!worksFor(tx.actor, building.branchId)) return fail({ code: 'FORBIDDEN', path });
  const kind = address == null ? 'PLACE' : 'RESIDENT';
  const { id, branchId } = building;
  return ok({ kind, branchId, residentId: null, buildingId: id, standing: 'STAFF', floor: null });
}

const REQUESTER_OF: Readonly<Record<Standing, RequesterKind>> = {
  STAFF: 'OFFICER',
  SELF: 'SELF',
  FAMILY: 'FAMILY',
  ORGANIZATION: 'ORGANIZATION',
};
const OWN_CHANNELS: readonly Channel[] = ['WECHAT', 'TERMINAL'];

/** Who asks and through which channel. Staff write down whoever stands before them; others speak for themselves. */
function askedBy({ actor }: Scope, command: SubmitNeed, { standing }: Target) {
  const byStaff = standing === 'STAFF';
  const requesterKind = command.requesterKind ?? REQUESTER_OF[standing];
  const channel = command.channel ?? (byStaff ? 'COUNTER' : 'WECHAT');
  const own = actor.kind === 'ACCOUNT' && standing === 'ORGANIZATION' ? (actor.organizationIds[0] ?? null) : null;
  const asks = requesterKind === 'ORGANIZATION';
  const organizationId = asks ? (command.requesterOrganizationId ?? command.organizationId ?? own) : null;
  const no = (name: keyof SubmitNeed): Problem => ({ path: [name], rule: 'NOT_ALLOWED' });
  const problems = [
    byStaff || requesterKind === REQUESTER_OF[standing] ? null : no('requesterKind'),
    byStaff ? (channel === 'IMPORT' ? no('channel') : null) : OWN_CHANNELS.includes(channel) ? null : no('channel'),
    !byStaff && command.urgency != null && command.urgency < 'P3' ? no('urgency') : null,
    !byStaff && command.verified ? no('verified') : null,
    asks && organizationId === null ? ({ path: ['requesterOrganizationId'], rule: 'REQUIRED' } as const) : null,
    command.requesterOrganizationId != null && (!asks || !(byStaff || speaksFor(actor, command.requesterOrganizationId)))
      ? no('requesterOrganizationId')
      : null,
  ];
  return { requesterKind, channel, organizationId, problems };
}

async function nextNumberOf(tx: Scope, branchId: string): Promise<string> {
  const branch = await tx.load(branchById, branchId);
  const [number] = branch ? await nextNeedNumbers(tx, branch.code, localDate(tx.now()).slice(0, 4), 1) : [];
  if (number === undefined) throw new Error('a branch without a register');
  return number;
}
