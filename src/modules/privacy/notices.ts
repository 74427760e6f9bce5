/** A text in both languages of the house. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** What people are told before they agree (PIPL art. 17). Once published a version is never changed: consents name it. */
export interface PrivacyNotice {
  readonly version: string;
  /** Calendar date from which it is the newest. */
  readonly publishedOn: string;
  readonly title: Words;
  /** In the order in which they are read out; each a plain sentence or two. */
  readonly sections: readonly { readonly heading: Words; readonly body: Words }[];
}

/** Oldest first. A change is a new version; `tests/contract/notices.test.ts` keeps the digests of those published. */
export const NOTICES: readonly [PrivacyNotice, ...PrivacyNotice[]] = [
  {
    version: '2026-11',
    publishedOn: '2026-11-01',
    title: { zh: '红盟服务个人信息告知书', en: 'How the red alliance handles your data' },
    sections: [
      {
        heading: { zh: '谁在处理', en: 'Who handles it' },
        body: {
          zh: '社区居民委员会负责处理;您可到社区党群服务中心柜台、电话或通过小区专员联系,并由其办理您的各项请求。',
          en: 'The residents’ committee does. You reach it at the counter of the service centre, by telephone or through the estate officer, who also take your requests.',
        },
      },
      {
        heading: { zh: '处理什么、为了什么', en: 'What, and what for' },
        body: {
          zh: '为登记居民、受理需求、安排服务和回访,使用您的姓名、电话、住址、出生日期、关爱类别及您提出的需求。居民登记与受理需求属于居委会法定职责,无需另行同意。',
          en: 'Your name, telephone number, address, date of birth, care categories and what you ask for: to keep the register, take down needs, arrange services and call back. Register and needs are the committee’s duty by law and ask for no consent.',
        },
      },
      {
        heading: { zh: '提供给服务单位(须单独同意)', en: 'Given to an organization (only with separate consent)' },
        body: {
          zh: '单位接单后,经您单独同意,我们只向该单位提供本次服务所需的称谓、电话,以及上门时的楼栋门牌;服务完成满七日即停止。不同意不影响您获得服务,由社区工作人员陪同衔接。',
          en: 'Once an organization has promised to serve you, and only if you separately agree, it is shown how to address you, your telephone number and, if it comes to your home, the door; until seven days after the service. Refusing costs you nothing: staff bring you together.',
        },
      },
      {
        heading: { zh: '接收方清单', en: 'Who receives what' },
        body: {
          zh: '接收方:承接您该项需求的红盟单位;目的:上门或到点服务与联系;种类:称谓、电话、楼栋门牌,另行同意时的照护提示;方式:在系统内查看,逐次留痕。具体单位名称随每张服务单列明。',
          en: 'Receiver: the partner organization that promised to serve that need, named with each referral. Purpose: to serve and to get in touch. Kinds: form of address, telephone, door; care notes if you agree to those, too. How: shown in the system, each look written down.',
        },
      },
      {
        heading: { zh: '敏感信息(须单独同意)', en: 'Sensitive data (only with separate consent)' },
        body: {
          zh: '健康、护理提示以及未满十四周岁儿童的全部信息属于敏感信息。用于健康类需求匹配或告知服务人员照护提示的,须您单独同意;未满十四周岁的,由父母或其他监护人同意。',
          en: 'Health, care notes and everything about a child under 14 are sensitive. Matching of health-related needs, and care notes for those who come, each ask for separate consent; below 14 a parent or other guardian gives it.',
        },
      },
      {
        heading: { zh: '自动匹配', en: 'Automated matching' },
        body: {
          zh: '系统按公开的规则提出匹配建议并说明理由,由人决定。您可以要求不参加自动匹配,由工作人员人工安排,不因此受到不利对待。',
          en: 'The system proposes by published rules and says why; people decide. You may ask not to be matched automatically: staff then arrange it by hand, and you are not treated worse for it.',
        },
      },
      {
        heading: { zh: '保存多久', en: 'How long it is kept' },
        body: {
          zh: '需求在办结两年后去标识;同意记录与查阅记录自最后一次使用起保存三年;居民档案在您迁出或去世后按规定删除。',
          en: 'Needs lose what identifies you two years after they are closed; consents and the record of looks are kept three years after their last use; your record goes when you move away or die, as the rules say.',
        },
      },
      {
        heading: { zh: '您的权利', en: 'Your rights' },
        body: {
          zh: '您可以随时撤回同意,与给予同意同样方便,立即生效;可以查阅、复制、更正、删除您的信息,要求解释、限制处理,查看谁看过您的信息。本人、亲属或监护人可办理,也可由工作人员代办。',
          en: 'You may take consent back at any time, as easily as you gave it and at once; see, copy, correct and erase your data, ask for an explanation, restrict what is done with them, and see who looked. You, your kin or guardian may do it, or staff for you.',
        },
      },
    ],
  },
];

/** The version that people are told now. */
export const CURRENT_NOTICE: PrivacyNotice = NOTICES.at(-1) ?? NOTICES[0];
export const noticeOf = (version: string): PrivacyNotice | null => NOTICES.find(notice => notice.version === version) ?? null;
