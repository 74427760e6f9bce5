import { Arg, Ctx, Field, ID, InputType, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { Weighs } from '../../graphql/cost.js';
import { labelOf } from '../../graphql/enums.js';
import { mutate, payloadOf } from '../../graphql/payload.js';
import { DateTime } from '../../graphql/scalars.js';
import type { AccessPurpose } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { labelOfAction } from './access.domain.js';
import type { PersonalData } from './export.domain.js';
import { exportResident, ownData } from './export.service.js';
import { exportText } from './export-text.js';
import { AccessPurposeEnum } from './purposes.graphql.js';

@ObjectType({
  description:
    'Everything on file about one person, and nothing of others (个人信息副本, PIPL art. 45). Not to be kept by clients.',
})
class PersonalDataExport {
  @Field(() => Int, { description: 'Of the form of `json`; grows when the form changes.' }) readonly schemaVersion!: number;
  @Field(() => DateTime, { description: 'When it was put together.' }) readonly generatedAt!: Date;
  @Field(() => String, {
    description: 'For programs: record, links, needs with decisions and services, requests, holds, access log.',
  })
  readonly json!: string;
  @Field(() => String, { description: 'The same to be read and printed, in Chinese.' }) readonly text!: string;
  @Field(() => [String], { description: 'Sections of which there are more than 2000 rows, and only so many are told.' })
  readonly cut!: readonly string[];
}

/** Codes in the file that are no enums of the schema. */
const OWN_LABELS: Readonly<Record<string, (value: string) => string>> = {
  AccessAction: value => labelOfAction(value)[0],
  DecisionKind: value => (value === 'PROPOSED' ? '推荐给单位' : '未能安排'),
  Role: value => (value.startsWith('SYSTEM:') ? '系统' : labelOf('Role', value, 'zh')),
};

const toFile = (data: PersonalData) => ({
  schemaVersion: data.schemaVersion,
  generatedAt: data.generatedAt,
  cut: data.cut,
  json: JSON.stringify(data),
  text: exportText({ ...data }, (name, value) => OWN_LABELS[name]?.(value) ?? labelOf(name, value, 'zh')),
});

@InputType({ description: 'Whose data, and why.' })
class ResidentDataExportInput {
  @Field(() => ID, { description: 'Whose.' }) readonly residentId!: string;
  @Field(() => AccessPurposeEnum, { description: 'Kept in the access log with your account.' }) readonly purpose!: AccessPurpose;
}
const ResidentDataExportPayload = payloadOf('ResidentDataExport', 'file', () => PersonalDataExport);

@Resolver()
class ExportResolver {
  @Weighs(300)
  @Query(() => PersonalDataExport, {
    nullable: true,
    description:
      "Everything on file about the caller, by the account's verified link to its own record; null without one. Logged.",
  })
  async myData(@Ctx() scope: Scope) {
    const data = await ownData(scope);
    return data && toFile(data);
  }

  @Weighs(300)
  @Mutation(() => ResidentDataExportPayload, {
    description:
      'Everything on file about a person, in clear, as JSON and as text; who took it is written down first. Verified kin may, and staff of the branch while a request to access, copy or explain is open for the person: FORBIDDEN without.',
  })
  residentDataExport(
    @Ctx() scope: Scope,
    @Arg('input', () => ResidentDataExportInput, { description: 'Whose, and why.' }) input: ResidentDataExportInput,
  ) {
    return mutate(scope, 'file', input, { residentId: 'Resident' }, async command => {
      const exported = await exportResident(scope, command);
      return exported.ok ? { ok: true as const, value: toFile(exported.value) } : exported;
    });
  }
}

export const exportResolvers = [ExportResolver] as const;
