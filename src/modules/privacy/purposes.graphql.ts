import { defineEnum } from '../../graphql/enums.js';
import type { AccessPurpose } from '../../kernel/vocabulary.js';

export const AccessPurposeEnum = defineEnum<AccessPurpose>(
  'AccessPurpose',
  "Why somebody looks at a person's record; kept with the look.",
  {
    CASE_WORK: ['经办业务', 'case work', 'To handle what the person asked for.'],
    CARE_PLANNING: ['关爱走访安排', 'planning of care', 'To see who must be visited or helped next.'],
    CONTACT: ['联系本人', 'to get in touch', 'To call or write to the person.'],
    HOME_VISIT: ['上门走访', 'home visit', 'To find the door.'],
    SERVICE_DELIVERY: ['提供服务', 'to deliver a service', 'To hand over what the service itself needs.'],
    IDENTITY_CHECK: ['核实身份', 'identity check', 'To make sure that it is this person.'],
    RECORD_KEEPING: ['档案维护', 'record keeping', 'To correct the record.'],
    FAMILY_CARE: ['家人照护', 'care by family', 'For verified kin.'],
    RIGHTS_REQUEST: ['办理个人信息请求', 'request about personal data', 'To answer what the person asked about their own data.'],
    EMERGENCY: ['紧急情况', 'emergency', 'Life or health in danger.'],
  },
);
