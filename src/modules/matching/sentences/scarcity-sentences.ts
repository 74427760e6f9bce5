import type { Scarcity } from '../matching.domain.js';
import type { Locale } from './sentences.js';

/** What one more place would do, the more important number first. */
export function scarcitySentence({ unservedNeeds, changesSaved, costSaved }: Scarcity, locale: Locale): string {
  const zh = [
    unservedNeeds > 0 ? `多一个名额,可从 ${unservedNeeds} 项未满足的需求中多安排一项` : '',
    changesSaved > 0 ? `最多可少改动 ${changesSaved} 项建议` : '',
    costSaved > 0 ? `已安排者的匹配代价最多可减少 ${costSaved}` : '',
  ].filter(Boolean);
  const en = [
    unservedNeeds > 0 ? `one more place would serve one of ${unservedNeeds} unserved need${unservedNeeds === 1 ? '' : 's'}` : '',
    changesSaved > 0 ? `at most ${changesSaved} fewer changes of proposals` : '',
    costSaved > 0 ? `at most ${costSaved} less cost for those who are served` : '',
  ].filter(Boolean);
  const said = en.join('; ');
  return locale === 'zh' ? `${zh.join(';')}。` : `${said[0]?.toUpperCase()}${said.slice(1)}.`;
}
