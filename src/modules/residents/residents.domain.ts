/** 户籍 / 常住 / 流动 / 人户分离: whether a person on file lives here is not the same as being registered here. */
export const RESIDENCY_STATUSES = ['REGISTERED_AND_PRESENT', 'PRESENT', 'REGISTERED_ABSENT', 'FLOATING'] as const;
export type ResidencyStatus = (typeof RESIDENCY_STATUSES)[number];

/** GB/T 42195-2022, five levels. */
export const ABILITY_LEVELS = ['INTACT', 'MILD', 'MODERATE', 'SEVERE', 'TOTAL'] as const;
export type AbilityLevel = (typeof ABILITY_LEVELS)[number];

export const SEXES = ['FEMALE', 'MALE'] as const;
export type Sex = (typeof SEXES)[number];

export const KINSHIP_RELATIONS = ['DAUGHTER', 'SON', 'SPOUSE', 'PARENT', 'GRANDCHILD', 'SIBLING', 'GUARDIAN', 'OTHER'] as const;
export type KinshipRelation = (typeof KINSHIP_RELATIONS)[number];

export const KINSHIP_STATES = ['CLAIMED', 'VERIFIED', 'REJECTED', 'REVOKED'] as const;
export type KinshipState = (typeof KINSHIP_STATES)[number];
