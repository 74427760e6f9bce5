/** Tells the label of a coded value; the code itself where there is none. */
export type LabelOf = (enumName: string, value: string) => string;

const HEADINGS: Readonly<Record<string, string>> = {
  record: '基本信息',
  links: '关联账号',
  needs: '需求与服务',
  consents: '同意记录',
  requests: '个人信息请求',
  legalHolds: '依法留存',
  accessLog: '查阅记录',
};

/** What fields are called, and of which enum their values are. */
const FIELDS: Readonly<Record<string, string | readonly [said: string, enumName: string]>> = {
  name: '姓名',
  phone: '电话',
  branch: '所属党总支',
  building: '楼栋',
  room: '室号',
  storey: '楼层',
  sex: ['性别', 'Sex'],
  birthDate: '出生日期',
  deceasedOn: '去世日期',
  residencyStatus: ['居住状态', 'ResidencyStatus'],
  careCategories: ['关爱类别', 'CareCategory'],
  abilityLevel: ['能力评估', 'AbilityLevel'],
  languages: ['语言', 'Language'],
  optedOut: '不参与自动匹配',
  restricted: '限制处理',
  consentsToHealthMatching: '同意健康类需求参与匹配',
  createdAt: '登记时间',
  relation: ['关系', 'KinshipRelation'],
  verifiedAt: '核实时间',
  yours: '本账号',
  number: '编号',
  category: '类别',
  urgency: ['紧急程度', 'Urgency'],
  quantity: '数量',
  fulfilled: '已完成数量',
  channel: ['渠道', 'Channel'],
  modes: ['服务方式', 'Mode'],
  windows: '时间段',
  startsAt: '开始',
  endsAt: '结束',
  deadline: '期限',
  acceptsCostFen: '可接受费用(分)',
  floor: '楼层要求',
  noLift: '无电梯',
  wheelchair: '需轮椅通行',
  description: '说明',
  accessNotes: '上门提示',
  askedByYou: '由本账号提出',
  submittedAt: '提出时间',
  closedAt: '结束时间',
  closeReason: ['结束原因', 'NeedCloseReason'],
  decisions: '匹配决定',
  decidedAt: '决定时间',
  kind: '种类',
  why: '理由',
  organization: '单位',
  services: '服务',
  acceptedAt: '接单时间',
  reason: '原因',
  record: '服务记录',
  startedAt: '开始时间',
  endedAt: '结束时间',
  receivedBy: ['接受人', 'ReceivedBy'],
  place: '地点',
  evidence: '凭证',
  reference: '凭证编号',
  confirmation: ['回访', 'ConfirmationState'],
  rating: '评价',
  score: '评分(1 至 5)',
  remarks: ['评价要点', 'ServiceRemark'],
  note: '评价内容',
  ratedAs: ['评价人', 'Confirmer'],
  ratedAt: '评价时间',
  notesWrittenAt: '工作人员备注时间(内容可能涉及他人,请当面查询)',
  dataClass: ['信息类别', 'DataClass'],
  need: '针对的需求',
  method: ['方式', 'ConsentMethod'],
  noticeVersion: '告知书版本',
  grantedAt: '同意时间',
  withdrawalRelation: ['撤回人', 'KinshipRelation'],
  withdrawalMethod: ['撤回方式', 'ConsentMethod'],
  withdrawnAt: '撤回时间',
  onBehalf: '由工作人员代办',
  words: '请求内容',
  dueAt: '办理期限',
  refusalReason: ['不予办理原因', 'PersonalInfoRefusalReason'],
  until: '至',
  setAt: '设定时间',
  liftedAt: '解除时间',
  at: '时间',
  action: ['方式', 'AccessAction'],
  by: ['查阅人', 'Role'],
  purpose: ['目的', 'AccessPurpose'],
  fields: ['明文项目', 'ResidentClearField'],
  state: '状态',
};
/** Fields that mean another enum in some sections. */
const ENUMS: Readonly<Record<string, string>> = {
  'links.state': 'KinshipState',
  'needs.state': 'NeedState',
  'needs.decisions.kind': 'DecisionKind',
  'needs.services.state': 'ReferralState',
  'needs.services.reason': 'ReferralReason',
  'needs.decisions.state': 'MatchState',
  'needs.services.record.evidence.kind': 'EvidenceKind',
  'consents.purpose': 'ConsentPurpose',
  'consents.state': 'ConsentState',
  'requests.state': 'PersonalInfoRequestState',
  'requests.kind': 'PersonalInfoRequestKind',
  'legalHolds.reason': 'LegalHoldReason',
};

const SHANGHAI = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'medium',
  timeStyle: 'short',
});

type Data = Readonly<Record<string, unknown>>;
const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/**
 * The same file for people, in Chinese: a heading a section, a line a field, what is empty left out. It walks the file as it is,
 * so that nothing that is in the one is missing in the other.
 */
export function exportText(
  data: Data & { readonly generatedAt: Date; readonly cut: readonly string[] },
  labelOf: LabelOf,
): string {
  const say = (value: unknown, field: string, path: string): string => {
    if (value instanceof Date) return SHANGHAI.format(value);
    if (typeof value === 'boolean') return value ? '是' : '否';
    const known = FIELDS[field];
    const enumName = ENUMS[path] ?? (Array.isArray(known) ? known[1] : undefined);
    return enumName === undefined ? String(value) : labelOf(enumName, String(value));
  };
  const lines = (value: Data, path: string, indent: string): string[] =>
    Object.entries(value).flatMap(([field, inner]) => {
      const here = `${path}.${field}`;
      const known = FIELDS[field];
      const said = typeof known === 'string' ? known : (known?.[0] ?? field);
      if (inner === null || inner === '' || (Array.isArray(inner) && !inner.length)) return [];
      if (isData(inner)) return [`${indent}${said}:`, ...lines(inner, here, `${indent}  `)];
      if (!Array.isArray(inner)) return [`${indent}${said}:${say(inner, field, here)}`];
      if (!inner.some(isData)) return [`${indent}${said}:${inner.map(one => say(one, field, here)).join('、')}`];
      return [
        `${indent}${said}:`,
        ...inner.filter(isData).flatMap((one, i) => [`${indent}  (${i + 1})`, ...lines(one, here, `${indent}  `)]),
      ];
    });
  const sections = Object.entries(HEADINGS).flatMap(([section, heading]) => {
    const value = data[section];
    const rows = Array.isArray(value) ? value : [value];
    if (!rows.length) return [`【${heading}】`, '无', ''];
    const body = rows.filter(isData).flatMap((row, i) => [...(rows.length > 1 ? [`${i + 1}.`] : []), ...lines(row, section, '')]);
    return [`【${heading}】`, ...body, ''];
  });
  const cut = data.cut.map(section => HEADINGS[section] ?? section);
  return [
    '个人信息副本',
    `生成时间:${SHANGHAI.format(data.generatedAt)}`,
    ...(cut.length ? [`以下部分过长,仅列出前一部分:${cut.join('、')}`] : []),
    '',
    ...sections,
  ].join('\n');
}
