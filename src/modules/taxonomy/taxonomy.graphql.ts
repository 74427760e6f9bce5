import { Arg, Ctx, Field, FieldResolver, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { enumLabels, type EnumLabel as Label } from '../../graphql/enums.js';
import { CapacityUnitEnum } from '../../graphql/labels.js';
import type { CapacityUnit } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import type { Category } from './taxonomy.domain.js';
import { categoriesByParent, categoriesWithin, categoryByCode } from './taxonomy.service.js';

@ObjectType({
  description:
    'A category of offers and needs (资源类别). The code identifies it; the tree is the same in every community. Public.',
})
export class ServiceCategory {
  @Field(() => String, { description: 'Stable, e.g. `HAIRCUT`; what inputs and filters take.' }) readonly code!: string;
  @Field(() => String, { description: "The workers' own word." }) readonly labelZh!: string;
  @Field(() => String, { description: 'In English.' }) readonly labelEn!: string;
  @Field(() => String, { nullable: true, description: 'Open Eligibility term; null where none fits.' }) readonly openEligibility!:
    | string
    | null;
  @Field(() => CapacityUnitEnum, { description: 'What quantities of this category count.' }) readonly capacityUnit!: CapacityUnit;
  @Field(() => Boolean, { description: 'Needs of it go through matching; others go to the grid, to mediation or to the office.' })
  readonly matchable!: boolean;
  @Field(() => Boolean, { description: 'Offers of it need a filing with the health authority before they are shown (义诊).' })
  readonly needsFiling!: boolean;
  @Field(() => Boolean, { description: "Touches health or the body: matching asks for the person's consent." })
  readonly needsConsent!: boolean;
}

@ObjectType({ description: 'What people call a value of an enum.' })
class EnumLabel {
  @Field(() => String, { description: 'The value.' }) readonly value!: string;
  @Field(() => String, { description: "The workers' own word." }) readonly labelZh!: string;
  @Field(() => String, { description: 'In English.' }) readonly labelEn!: string;
}

@Resolver(() => ServiceCategory)
class TaxonomyResolver {
  @Query(() => [ServiceCategory], { description: 'The tree of categories, parents before children.' })
  categories(
    @Ctx() scope: Scope,
    @Arg('root', () => String, {
      nullable: true,
      description: 'Only this category and what lies below it; empty for an unknown code.',
    })
    root?: string | null,
  ): Promise<readonly Category[]> {
    return categoriesWithin(scope, root ?? null);
  }

  @Query(() => [EnumLabel], {
    nullable: true,
    description: 'Labels of the values of an enum of this schema, for menus; null for an unknown name.',
  })
  enumLabels(
    @Arg('name', () => String, { description: 'Name of an enum, e.g. `NeedState`.' }) name: string,
  ): readonly Label[] | null {
    return enumLabels(name);
  }

  @FieldResolver(() => ServiceCategory, { nullable: true, description: 'The category above; null at the root.' })
  parent(@Root() category: Category, @Ctx() scope: Scope): Promise<Category | null> | null {
    return category.parentCode === null ? null : scope.load(categoryByCode, category.parentCode);
  }

  @FieldResolver(() => [ServiceCategory], { description: 'The categories right below, by code.' })
  async children(@Root() category: Category, @Ctx() scope: Scope): Promise<readonly Category[]> {
    return (await scope.load(categoriesByParent, category.code)) ?? [];
  }
}

export const taxonomyResolvers = [TaxonomyResolver] as const;
