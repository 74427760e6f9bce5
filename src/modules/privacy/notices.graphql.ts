import { Arg, Field, ObjectType, Query, Resolver } from 'type-graphql';
import { defineEnum } from '../../graphql/enums.js';
import { LocalDate } from '../../graphql/scalars.js';
import type { ConsentPurpose, DataClass } from './consents.domain.js';
import { ConsentPurposeEnum, DataClassEnum } from './consents.enums.graphql.js';
import { CURRENT_NOTICE, type PrivacyNotice as Notice, noticeOf, type Words } from './notices.js';
import { type LawfulBasis, PROCESSING, type Processing, type ProcessingPurpose as ProcessingPurposeCode } from './purposes.js';

const ProcessingPurposeEnum = defineEnum<ProcessingPurposeCode>('ProcessingPurpose', 'Why personal data are handled here.', {
  REGISTER: ['居民登记', 'register', 'The committee knows who lives here.'],
  NEEDS: ['受理需求', 'needs', 'What people ask for is taken down and followed.'],
  MATCHING: ['匹配', 'matching', 'Needs and offers are brought together, with reasons; people decide.'],
  HEALTH_MATCHING: ['健康类需求匹配', 'health matching', 'The same for needs that touch health or the body.'],
  SHARE_WITH_ORGANIZATION: ['提供给服务单位', 'sharing', 'Whoever promised to serve can address, call and find the person.'],
  TASK_CARE_NOTES: ['告知照护提示', 'care notes', 'Whoever comes knows what to mind.'],
  FAMILY: ['亲属查询与代办', 'family', 'Kin follow and act for a resident.'],
  OVERSIGHT: ['统计与监督', 'oversight', 'How well it works, in counts.'],
  ACCESS_RECORDS: ['查阅留痕', 'access records', 'Who looked can be told.'],
  EMERGENCY: ['紧急救助', 'emergency', 'Life or health in danger.'],
});
const LawfulBasisEnum = defineEnum<LawfulBasis>('LawfulBasis', 'What allows it (PIPL art. 13).', {
  STATUTORY_DUTY: ['履行法定职责', 'statutory duty', 'Art. 13(3) with 37: no consent is asked.'],
  SEPARATE_CONSENT: ['单独同意', 'separate consent', 'Art. 13(1) with 23 or 29: only while a consent for just this is valid.'],
  VITAL_INTEREST: ['保护生命健康', 'vital interest', 'Art. 13(4): life, health or property in an emergency.'],
});

@ObjectType({ description: 'A text in Chinese and English.' })
class BilingualText {
  @Field(() => String, { description: 'Chinese.' }) readonly zh!: string;
  @Field(() => String, { description: 'English.' }) readonly en!: string;
}
@ObjectType({ description: 'A part of a privacy notice.' })
class PrivacyNoticeSection {
  @Field(() => BilingualText, { description: 'What it is about.' }) readonly heading!: Words;
  @Field(() => BilingualText, { description: 'A sentence or two, to be read out.' }) readonly body!: Words;
}
@ObjectType({
  description: 'What people are told before they agree (个人信息告知书, PIPL art. 17). A published version never changes.',
})
class PrivacyNotice {
  @Field(() => String, { description: 'Consents name it, e.g. `2026-11`.' }) readonly version!: string;
  @Field(() => LocalDate, { description: 'From then on it was the newest.' }) readonly publishedOn!: string;
  @Field(() => BilingualText, { description: 'Headline.' }) readonly title!: Words;
  @Field(() => [PrivacyNoticeSection], { description: 'In the order in which they are read out.' })
  readonly sections!: Notice['sections'];
}
@ObjectType({
  description: 'One purpose for which personal data are handled: a line of the record of processing (PIPL art. 56).',
})
class ProcessingActivity {
  @Field(() => ProcessingPurposeEnum, { description: 'Why.' }) readonly purpose!: ProcessingPurposeCode;
  @Field(() => LawfulBasisEnum, { description: 'What allows it.' }) readonly lawfulBasis!: LawfulBasis;
  @Field(() => String, { description: 'Laws and articles, in Chinese.' }) readonly articles!: string;
  @Field(() => [DataClassEnum], { description: 'How sensitive the data can be.' }) readonly dataClasses!: readonly DataClass[];
  @Field(() => BilingualText, { description: 'Which data.' }) readonly data!: Words;
  @Field(() => BilingualText, { description: 'How long they are kept.' }) readonly retention!: Words;
  @Field(() => BilingualText, { description: 'Who receives them.' }) readonly receivers!: Words;
  @Field(() => ConsentPurposeEnum, {
    nullable: true,
    description: 'What must be agreed to first; null where no consent is asked.',
  })
  readonly consentPurpose!: ConsentPurpose | null;
}

@Resolver()
export class NoticeResolver {
  @Query(() => PrivacyNotice, {
    nullable: true,
    description: 'What people are told before they agree. Public; null for an unknown version.',
  })
  privacyNotice(
    @Arg('version', () => String, { nullable: true, description: 'The newest when left out.' }) version?: string | null,
  ): Notice | null {
    return version == null ? CURRENT_NOTICE : noticeOf(version);
  }

  @Query(() => [ProcessingActivity], {
    description: 'For which purposes personal data are handled here, by which law, how long, and who receives them. Public.',
  })
  processingPurposes(): readonly Processing[] {
    return PROCESSING;
  }
}
