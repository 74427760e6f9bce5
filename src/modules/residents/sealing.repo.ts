import type { RowToIndex, SealedTable } from '../../db/sealed-table.js';
import type { CareCategory } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import type { Profile } from './residents.domain.js';

/** By whose keys and for which community values are sealed and indexed. */
type Keeper = Pick<Scope, 'vault' | 'communityId'>;
type SealedColumn = 'name_sealed' | 'phone_sealed' | 'room_sealed' | 'profile_sealed';
const TABLE = 'personal.resident';

const placeOf = (communityId: string, column: SealedColumn, rowId: string) => ({ table: TABLE, column, communityId, rowId });

export const open = ({ vault, communityId }: Keeper, column: SealedColumn, rowId: string, sealed: Buffer): string =>
  vault.open(placeOf(communityId, column, rowId), sealed);
/** What is known of a person, all of it sealed as one. Only we wrote it, and it opens only as we wrote it. */
export const openProfile = (keeper: Keeper, rowId: string, sealed: Buffer): Profile =>
  JSON.parse(open(keeper, 'profile_sealed', rowId, sealed));

const seal = ({ vault, communityId }: Keeper, column: SealedColumn, id: string, plain: string): Buffer =>
  vault.seal(placeOf(communityId, column, id), plain);

const NAME = 'resident.name';
const PHONE = 'resident.phone';
const BIRTH_YEAR = 'resident.birth_year';
const CARE = 'resident.care';
const birthYear = ({ birthDate }: Pick<Profile, 'birthDate'>): string => birthDate.slice(0, 4);

export const sealName = (keeper: Keeper, id: string, name: string) => ({
  nameSealed: seal(keeper, 'name_sealed', id, name),
  nameIndex: keeper.vault.blindIndex(keeper.communityId, NAME, name),
});
export const sealPhone = (keeper: Keeper, id: string, phone: string | null) => ({
  phoneSealed: phone === null ? null : seal(keeper, 'phone_sealed', id, phone),
  phoneIndex: phone === null ? null : keeper.vault.blindIndex(keeper.communityId, PHONE, phone),
});
export const sealRoom = (keeper: Keeper, id: string, room: string | null) => ({
  roomSealed: room === null ? null : seal(keeper, 'room_sealed', id, room),
});
export const sealProfile = (keeper: Keeper, id: string, profile: Profile) => ({
  profileSealed: seal(keeper, 'profile_sealed', id, JSON.stringify(profile)),
  birthYearIndex: keeper.vault.blindIndex(keeper.communityId, BIRTH_YEAR, birthYear(profile)),
  careIndex: keeper.vault.blindTokens(keeper.communityId, CARE, profile.careCategories),
});

/** What these values are stored as, under whichever key. */
export const namesLike = ({ vault, communityId }: Keeper, name: string): Buffer[] => vault.blindIndexes(communityId, NAME, name);
export const phonesLike = ({ vault, communityId }: Keeper, phone: string): Buffer[] =>
  vault.blindIndexes(communityId, PHONE, phone);
export const birthYearsLike = ({ vault, communityId }: Keeper, years: readonly number[]): Buffer[] =>
  years.flatMap(year => vault.blindIndexes(communityId, BIRTH_YEAR, String(year)));
export const careLike = ({ vault, communityId }: Keeper, groups: readonly CareCategory[]): number[] =>
  vault.blindTokenLists(communityId, CARE, groups).flatMap(tokens => tokens.filter(token => token >= 0));

const ofText = (column: string, name: string) => ({
  kind: 'bytea' as const,
  of: ({ vault, communityId, texts }: RowToIndex) => {
    const text = texts[column] ?? null;
    return text === null ? null : vault.blindIndex(communityId, name, text);
  },
});
const profileIn = ({ texts }: RowToIndex): Profile => JSON.parse(texts.profile_sealed ?? '');

export const sealedResidents: SealedTable = {
  name: TABLE,
  id: 'id',
  sealed: ['name_sealed', 'phone_sealed', 'room_sealed', 'profile_sealed'],
  indexes: {
    name_index: ofText('name_sealed', NAME),
    phone_index: ofText('phone_sealed', PHONE),
    birth_year_index: {
      kind: 'bytea',
      of: row => row.vault.blindIndex(row.communityId, BIRTH_YEAR, birthYear(profileIn(row))),
    },
    care_index: {
      kind: 'integer[]',
      of: row => row.vault.blindTokens(row.communityId, CARE, profileIn(row).careCategories),
    },
  },
};
