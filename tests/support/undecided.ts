import { type GraphQLObjectType, type GraphQLSchema, getNamedType, isObjectType } from 'graphql';

/**
 * Fields with values of these scalars for which there is no entry (`Type.field`, `*.field` or `Type`, in this order), and entries that
 * stand for no field any more.
 */
export function undecided(schema: GraphQLSchema, scalars: readonly string[], entries: readonly string[]) {
  const known = new Set(entries);
  if (known.size !== entries.length) throw new Error('an entry is there twice');
  const types = Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
  );
  const used = new Set<string>();
  const fields = types.flatMap(type =>
    Object.values(type.getFields()).flatMap(field => {
      if (!scalars.includes(getNamedType(field.type).name)) return [];
      const entry = [`${type.name}.${field.name}`, `*.${field.name}`, type.name].find(name => known.has(name));
      if (entry) used.add(entry);
      return entry ? [] : [`${type.name}.${field.name}`];
    }),
  );
  return { fields, entries: entries.filter(entry => !used.has(entry)) };
}
