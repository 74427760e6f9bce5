import { Arg, Ctx, Field, FieldResolver, ID, InputType, Int, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { Weighs } from '../../graphql/cost.js';
import { defineEnum, labelOf } from '../../graphql/enums.js';
import { toGlobalId } from '../../graphql/global-id.js';
import { mutate, payloadOf } from '../../graphql/payload.js';
import { DateTime } from '../../graphql/scalars.js';
import type { Scope } from '../../scope/scope.js';
import { communityById } from '../territory/territory.service.js';
import { type BreachFindings, breachText, type DataClass } from './breach.domain.js';
import { reportBreach } from './breach.service.js';

const DataClassEnum = defineEnum<DataClass>('PersonalDataClass', 'What of people may have been seen.', {
  EVERYTHING: ['全部个人信息副本', 'everything', 'A copy of all that is on file.'],
  BIRTH_DATE: ['出生日期', 'date of birth', 'In clear.'],
  NAME: ['姓名', 'name', 'In full.'],
  PHONE: ['电话', 'telephone', 'In full.'],
  ROOM: ['室号', 'room', 'In clear.'],
  MASKED_RECORD: ['脱敏档案(含关爱类别)', 'masked record', 'Masked name and number, building, groups of care.'],
});

const time = new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', dateStyle: 'medium', timeStyle: 'short' });

@ObjectType({ description: 'How many people a kind of data concerns.' })
class BreachClass {
  @Field(() => DataClassEnum, { description: 'Which kind.' }) readonly dataClass!: DataClass;
  @Field(() => Int, { description: 'Of so many people, each once.' }) readonly people!: number;
}
@ObjectType({ description: 'Who looked in that time.' })
class BreachActor {
  @Field(() => Int, { description: 'How often.' }) readonly looks!: number;
  @Field(() => Int, { description: 'At how many people.' }) readonly people!: number;
  @Field(() => DateTime, { description: 'The first look.' }) readonly firstAt!: Date;
  @Field(() => DateTime, { description: 'The last look.' }) readonly lastAt!: Date;
}
@ObjectType({
  description: 'Whom a breach concerns, what was seen and by whom (泄露事件报告, PIPL art. 57), from the access log.',
})
class BreachReport {
  @Field(() => Int, { description: 'How many people in all.' }) readonly people!: number;
  @Field(() => [BreachClass], { description: 'By kind of data, the most telling first.' })
  readonly classes!: BreachFindings['classes'];
  @Field(() => [BreachActor], { description: 'By account, who looked most first.' }) readonly actors!: BreachFindings['actors'];
  @Field(() => String, { description: 'The notice to be sent to the authority, in Chinese; names nobody.' })
  readonly text!: string;
}

@Resolver(() => BreachActor)
class BreachActorResolver {
  @FieldResolver(() => ID, { nullable: true, description: 'The Account; null for none.' })
  accountId(@Root() { accountId }: BreachFindings['actors'][number]): string | null {
    return accountId && toGlobalId('Account', null, accountId);
  }
  @FieldResolver(() => String, { description: "In which role, in the caller's language." })
  by(@Root() { role }: BreachFindings['actors'][number], @Ctx() { locale }: Scope): string {
    return labelOf('Role', role, locale);
  }
}
@Resolver(() => BreachReport)
class BreachReportResolver {
  @FieldResolver(() => [ID], { description: 'Ids of the residents concerned, at most 5000, to tell each of them.' })
  residentIds(@Root() { residentIds }: BreachFindings, @Ctx() { communityId }: Scope): readonly string[] {
    return residentIds.map(id => toGlobalId('Resident', communityId, id));
  }
}

@InputType({ description: 'What is known of the breach.' })
class BreachReportCreateInput {
  @Field(() => DateTime, { description: 'From when on data may have been seen.' }) readonly from!: Date;
  @Field(() => DateTime, { description: 'Until when, at most 92 days later; not included.' }) readonly until!: Date;
  @Field(() => [ID], { nullable: true, description: 'Accounts through which it happened, at most 100; all when left out.' })
  readonly accountIds?: readonly string[] | null;
  @Field(() => String, { description: 'What happened, at most 1000 characters.' }) readonly cause!: string;
  @Field(() => String, { description: 'What harm may come of it.' }) readonly harm!: string;
  @Field(() => String, { description: 'What was done about it.' }) readonly measures!: string;
  @Field(() => String, { description: 'What people can do themselves.' }) readonly advice!: string;
  @Field(() => String, { description: 'Whom to ask.' }) readonly contact!: string;
}
const BreachReportCreatePayload = payloadOf('BreachReportCreate', 'report', () => BreachReport);

@Resolver()
class BreachMutations {
  @Weighs(300)
  @Mutation(() => BreachReportCreatePayload, {
    description:
      'Puts together, from the access log, the notice that PIPL art. 57 asks for. The admin may; that it was done is logged, what was typed is not kept.',
  })
  breachReportCreate(
    @Ctx() scope: Scope,
    @Arg('input', () => BreachReportCreateInput, { description: 'What is known.' }) input: BreachReportCreateInput,
  ) {
    return mutate(scope, 'report', input, { accountIds: 'Account' }, async ({ accountIds, ...rest }) => {
      const known = { ...rest, accountIds: accountIds ?? [] };
      const found = await reportBreach(scope, known);
      if (!found.ok) return found;
      const community = await scope.load(communityById, scope.communityId);
      const text = breachText(known, found.value, {
        community: community?.name ?? '',
        madeAt: time.format(scope.now()),
        classOf: dataClass => labelOf('PersonalDataClass', dataClass, 'zh'),
        roleOf: role => labelOf('Role', role, 'zh'),
        timeOf: at => time.format(at),
      });
      return { ok: true as const, value: { ...found.value, text } };
    });
  }
}

export const breachResolvers = [BreachActorResolver, BreachReportResolver, BreachMutations] as const;
