import { addDays, localDate } from '../../kernel/clock.js';

/** What of people may have been seen, from the most to the least telling. */
export const DATA_CLASSES = ['EVERYTHING', 'BIRTH_DATE', 'NAME', 'PHONE', 'ROOM', 'MASKED_RECORD'] as const;
export type DataClass = (typeof DATA_CLASSES)[number];

/** Longest span of one report, in days. */
export const MAX_BREACH_DAYS = 92;
/** Most people that a report names by id; it counts them all. */
export const MAX_BREACH_PEOPLE = 5000;

/** What is known of a breach (PIPL art. 57), for the authority and the people concerned. */
export interface BreachCase {
  /** Not included. */
  readonly until: Date;
  readonly from: Date;
  /** Accounts through which it happened; all accounts when none is named. */
  readonly accountIds: readonly string[];
  readonly cause: string;
  readonly harm: string;
  readonly measures: string;
  readonly advice: string;
  readonly contact: string;
}

/** What the access log says of that time. */
export interface BreachFindings {
  readonly people: number;
  readonly residentIds: readonly string[];
  readonly classes: readonly { readonly dataClass: DataClass; readonly people: number }[];
  readonly actors: readonly {
    readonly accountId: string | null;
    readonly role: string;
    readonly looks: number;
    readonly people: number;
    readonly firstAt: Date;
    readonly lastAt: Date;
  }[];
}

export const spanTooLong = ({ from, until }: Pick<BreachCase, 'from' | 'until'>): boolean =>
  localDate(until) > addDays(localDate(from), MAX_BREACH_DAYS);

/** To which class of data a look belongs, by its action and the fields that it showed. */
export const CLASS_OF_ACTION: Readonly<Record<string, DataClass>> = {
  RESIDENT_EXPORTED: 'EVERYTHING',
  RESIDENT_OPENED: 'MASKED_RECORD',
  RESIDENTS_LISTED: 'MASKED_RECORD',
};

interface Words {
  readonly community: string;
  readonly madeAt: string;
  readonly classOf: (dataClass: DataClass) => string;
  readonly roleOf: (role: string) => string;
  readonly timeOf: (at: Date) => string;
}

/** The notice in the form that art. 57 asks for: kinds of data, cause and harm; what was done and what people can do; whom to ask. */
export function breachText(known: BreachCase, { people, classes, actors }: BreachFindings, words: Words): string {
  const { classOf, roleOf, timeOf } = words;
  return [
    '个人信息泄露、篡改、丢失事件通知(个人信息保护法第五十七条)',
    `通知单位:${words.community}`,
    `生成时间:${words.madeAt}`,
    `涉及时间:${timeOf(known.from)} 至 ${timeOf(known.until)}`,
    '',
    '一、涉及的个人信息种类、原因和可能造成的危害',
    `涉及个人:${people} 人`,
    ...classes.map(({ dataClass, people }) => `- ${classOf(dataClass)}:${people} 人`),
    `原因:${known.cause}`,
    `可能造成的危害:${known.harm}`,
    '',
    '二、查阅情况(依据查阅记录)',
    ...actors.map(
      ({ role, looks, people, firstAt, lastAt }) =>
        `- ${roleOf(role)}:查阅 ${looks} 次,涉及 ${people} 人(${timeOf(firstAt)} 至 ${timeOf(lastAt)})`,
    ),
    '',
    '三、已采取的补救措施和个人可以采取的减轻危害的措施',
    `补救措施:${known.measures}`,
    `个人可采取的措施:${known.advice}`,
    '',
    `四、联系方式:${known.contact}`,
  ].join('\n');
}
