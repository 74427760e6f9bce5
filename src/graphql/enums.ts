import { registerEnumType } from 'type-graphql';

/** Chinese label, English label, and what the name does not say. */
export type EnumValue = readonly [zh: string, en: string, meaning: string];
export interface EnumLabel {
  readonly value: string;
  readonly labelZh: string;
  readonly labelEn: string;
}

const registry = new Map<string, readonly EnumLabel[]>();

/** Registers a closed set of values with descriptions for programmers and labels for people. */
export function defineEnum<V extends string>(
  name: string,
  description: string,
  values: Readonly<Record<V, EnumValue>>,
): { readonly [K in V]: K } {
  const entries = Object.entries(values) as [V, EnumValue][];
  const enumObject = Object.fromEntries(entries.map(([value]) => [value, value])) as { [K in V]: K };
  registerEnumType(enumObject, {
    name,
    description,
    valuesConfig: Object.fromEntries(
      entries.map(([value, [zh, en, meaning]]) => [value, { description: `${zh} · ${en}. ${meaning}` }]),
    ) as { [K in V]: { description: string } },
  });
  registry.set(
    name,
    entries.map(([value, [labelZh, labelEn]]) => ({ value, labelZh, labelEn })),
  );
  return enumObject;
}

/** Labels of every value of an enum of the schema; null for an unknown name. */
export const enumLabels = (name: string): readonly EnumLabel[] | null => registry.get(name) ?? null;
/** One value's label in a language; the value itself where none is known. */
export const labelOf = (name: string, value: string, locale: 'zh' | 'en'): string => {
  const label = registry.get(name)?.find(entry => entry.value === value);
  return label ? (locale === 'zh' ? label.labelZh : label.labelEn) : value;
};
