import type { CapacityUnit, CareCategory, Language, Mode, Urgency } from '../kernel/vocabulary.js';
import { defineEnum } from './enums.js';

export const CapacityUnitEnum = defineEnum<CapacityUnit>('CapacityUnit', 'What a place in a session is counted in.', {
  PERSON: ['人', 'person', 'One person served.'],
  VISIT: ['次', 'visit', 'One visit, at home or elsewhere.'],
  MEAL: ['餐', 'meal', 'One meal.'],
  SEAT: ['座', 'seat', 'One seat at an event.'],
  ITEM: ['件', 'item', 'One piece of goods or one case.'],
  MINUTE: ['分钟', 'minute', "One minute of somebody's time."],
  FEN: ['分', 'fen', 'Money, 1/100 yuan.'],
});

export const ModeEnum = defineEnum<Mode>('Mode', 'Where a service takes place.', {
  ON_SITE: ['到点', 'on site', 'The beneficiary comes to the place of the session.'],
  HOME: ['上门', 'at home', 'The organization comes to the beneficiary.'],
  ONLINE: ['线上', 'online', 'By telephone or network; no distance counts.'],
});

export const UrgencyEnum = defineEnum<Urgency>('Urgency', 'How soon a need asks for an answer.', {
  P0: ['立即', 'now', 'Call 110, 119 or 120 first; never goes to matching.'],
  P1: ['24小时', 'within 24 hours', 'Within 24 hours.'],
  P2: ['3个工作日', 'within 3 working days', 'Within three working days.'],
  P3: ['7天', 'within 7 days', 'Within seven days.'],
  P4: ['30天', 'within 30 days', 'Within thirty days, or with the next project list.'],
});

export const CareCategoryEnum = defineEnum<CareCategory>(
  'CareCategory',
  'Groups of people that a community cares for in particular (重点人群). As a fact about a person: for staff of the branch and verified kin.',
  {
    LIVING_ALONE: ['独居', 'living alone', 'Nobody else in the home.'],
    EMPTY_NEST: ['空巢', 'empty nest', 'Elders without their children in the home.'],
    DISABLED: ['残疾', 'disabled', "Holds a disabled person's certificate."],
    LOW_INCOME: ['低保低边', 'low income', 'On the minimum living allowance or close above it.'],
    BEREAVED_FAMILY: ['计生特殊家庭', 'bereaved family', 'Lost or disabled only child.'],
    DEMENTIA: ['失智', 'dementia', 'Diagnosed.'],
    BEDRIDDEN: ['卧床', 'bedridden', 'Cannot leave the bed without help.'],
    CHRONIC_ILLNESS: ['慢病', 'chronic illness', 'Kept only where the person agreed.'],
    LEFT_BEHIND_CHILD: ['留守儿童', 'left-behind child', 'Parents work elsewhere.'],
    VETERAN: ['退役军人', 'veteran', 'Served in the armed forces.'],
  },
);

export const LanguageEnum = defineEnum<Language>('Language', 'In which a person can be spoken with.', {
  MANDARIN: ['普通话', 'Mandarin', 'Putonghua.'],
  HANGZHOU_DIALECT: ['杭州话', 'Hangzhou dialect', 'What many elders of the estate speak at home.'],
  WU_DIALECT: ['吴语', 'Wu dialect', 'Another Wu dialect, e.g. of Shaoxing or Ningbo.'],
  SIGN_LANGUAGE: ['手语', 'sign language', 'Chinese sign language.'],
  ENGLISH: ['英语', 'English', 'English.'],
});
