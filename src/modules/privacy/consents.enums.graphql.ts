import { Field, InputType } from 'type-graphql';
import { defineEnum } from '../../graphql/enums.js';
import type { KinshipRelation } from '../../kernel/vocabulary.js';
import { KinshipRelationEnum } from '../residents/kinships.graphql.js';
import type { ConsentMethod, ConsentPurpose, ConsentState, DataClass } from './consents.domain.js';

export const ConsentPurposeEnum = defineEnum<ConsentPurpose>('ConsentPurpose', 'What a person agrees to, each by itself.', {
  SHARE_WITH_ORGANIZATION: [
    '向服务单位提供',
    'share with the organization',
    'The organization that promised to serve is shown how to address, call and find the person (PIPL art. 23).',
  ],
  TASK_CARE_NOTES: [
    '告知照护提示',
    'share care notes',
    'It is also shown what to mind and how to get in; sensitive (PIPL art. 29).',
  ],
  HEALTH_MATCHING: [
    '健康类需求匹配',
    'health matching',
    'Needs that touch health or the body go through matching; sensitive (PIPL art. 29).',
  ],
});
export const DataClassEnum = defineEnum<DataClass>('DataClass', 'How sensitive data are (PIPL art. 28).', {
  GENERAL: ['一般个人信息', 'general', 'Personal, and nothing more.'],
  SENSITIVE: ['敏感个人信息', 'sensitive', 'Health and care; everything about a child under 14.'],
});
export const ConsentMethodEnum = defineEnum<ConsentMethod>('ConsentMethod', "How somebody's word was heard.", {
  APP: ['本人账号', 'own account', 'Given by their own account; everything else is written down by staff.'],
  COUNTER: ['柜台', 'at the counter', 'Said to staff in the service centre.'],
  VISIT: ['上门', 'on a visit', 'Said to staff at home.'],
  PHONE: ['电话', 'by telephone', 'Said to staff on the telephone.'],
  PAPER: ['书面', 'on paper', 'Signed; staff keep the sheet.'],
});
export const ConsentStateEnum = defineEnum<ConsentState>('ConsentState', 'Whether a consent holds.', {
  VALID: ['有效', 'valid', 'Given and not taken back.'],
  WITHDRAWN: ['已撤回', 'withdrawn', 'Taken back; nothing rests on it any more.'],
});

@InputType()
export abstract class WordInput {
  @Field(() => KinshipRelationEnum, {
    nullable: true,
    description:
      'Whose word it is, seen from the resident: staff say whom they heard; for an own account the verified link tells. Below 14 a parent or guardian gives consent.',
  })
  readonly relation?: KinshipRelation | null;
  @Field(() => ConsentMethodEnum, {
    nullable: true,
    description: 'How staff heard it; left out, or APP, by an own account.',
  })
  readonly method?: ConsentMethod | null;
}

@InputType({
  description: 'What the beneficiary agrees to while the need is taken down: for this need alone, where that can be.',
})
export class NeedConsentInput extends WordInput {
  @Field(() => ConsentPurposeEnum, { description: 'To what.' }) readonly purpose!: ConsentPurpose;
  @Field(() => String, {
    nullable: true,
    description: 'The version of `privacyNotice` that they were told; the newest when left out.',
  })
  readonly noticeVersion?: string | null;
}
