import { defineEnum } from '../../graphql/enums.js';
import type { ReferralOrigin } from './referrals.domain.js';

export const ReferralOriginEnum = defineEnum<ReferralOrigin>('ReferralOrigin', 'How the pair came about.', {
  PROPOSAL: ['匹配方案', 'proposal', 'The organisation accepted a proposal of a published plan.'],
  CLAIM: ['单位认领', 'claim', 'The organisation claimed the need itself.'],
  REQUEST: ['总支商请', 'request', 'The branch asked the organisation.'],
});
