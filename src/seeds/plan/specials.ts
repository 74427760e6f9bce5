import { addDays, atLocal, localDate } from '../../kernel/clock.js';
import type { SpecialNeed } from '../data.js';
import type { Random } from '../random.js';
import type { NeedContext } from './needs.js';
import { outcomeOf } from './outcomes.js';
import type { NeedPlan } from './plan.js';
import { windowsOf } from './when.js';

const FAMILY_LOGIN = 'family.1';

/** Needs that must exist (domain.md §5.6): all open. */
export const planSpecials = (context: NeedContext, random: Random): readonly Omit<NeedPlan, 'key'>[] =>
  context.data.needs.specials.map(special => planSpecial(context, special, random));

function planSpecial(context: NeedContext, special: SpecialNeed, random: Random): Omit<NeedPlan, 'key'> {
  const { crowd, now, mother } = context;
  const { branch, category, who, urgency, organization = null, modes, quantity, daysAgo, together = null } = special;
  const submittedAt = atLocal(addDays(localDate(now), -daysAgo), 560 + random.between(0, 60));
  const person = who === 'WORKERS' || who === 'ORGANIZATION' ? null : personOf(context, special, random);
  const home = person && crowd.homeOf(person);
  return {
    branch,
    category,
    beneficiary: person
      ? { kind: 'RESIDENT', resident: person.key }
      : who === 'WORKERS'
        ? { kind: 'GROUP', group: special.group ?? '' }
        : { kind: 'ORGANIZATION', organization: organization ?? '' },
    building: home?.key ?? null,
    requester: special.requester,
    requesterOrganization: special.requester === 'ORGANIZATION' ? organization : null,
    requesterLogin: person?.key === mother ? FAMILY_LOGIN : null,
    channel: special.channel,
    urgency,
    quantity,
    minimumQuantity: 1,
    modes,
    windows: who === 'ORGANIZATION' ? windowsOf('AFTERNOONS', urgency, now, random) : [],
    deadline: null,
    acceptsCostFen: special.acceptsCostFen,
    floor: person?.storey ?? null,
    noLift: person !== null && !home?.hasLift && person.storey > 2,
    wheelchair: who === 'DISABLED',
    languages: person?.languages ?? [],
    description: special.text,
    accessNotes: null,
    ...outcomeOf('OPEN', { category, root: special.need, urgency, submittedAt }, now, random),
    submittedAt,
    mergedInto: null,
    togetherWith: together,
  };
}

function personOf({ crowd, data, mother, residents }: NeedContext, special: SpecialNeed, random: Random) {
  const { branch, who, together } = special;
  if (who === 'MOTHER') {
    const found = residents.find(({ key }) => key === mother);
    if (found) return found;
  }
  if (who === 'COUPLE') {
    const both = data.needs.specials.filter(other => other.together === together);
    const found = crowd.coupleOf(branch)[both.indexOf(special)];
    if (!found) throw new Error('nobody lives as a couple');
    return found;
  }
  return crowd.pick(branch, 'DISABLED', random, false);
}
