import { Arg, Args, Ctx, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { defineEnum } from '../../graphql/enums.js';
import { Node, registerNode } from '../../graphql/node.js';
import { rawIdOrNull } from '../../graphql/payload.js';
import type { Scope } from '../../scope/scope.js';
import {
  type AreaCode,
  type Area as AreaRecord,
  addressOf,
  type Branch as BranchRecord,
  type Building as BuildingRecord,
} from './territory.domain.js';
import {
  allAreas,
  allBranches,
  areaById,
  BY_NUMBER,
  branchById,
  buildingById,
  communityById,
  findBuildings,
  pageOfBuildings,
} from './territory.service.js';

const AreaCodeEnum = defineEnum<AreaCode>('AreaCode', 'Which part of the estate (片区).', {
  EAST: ['东片', 'east', 'Around the first and second branch.'],
  WEST: ['西片', 'west', 'Around the third and fourth branch.'],
});

@ObjectType({ implements: Node, description: 'A residential community (社区): the tenant. Public.' })
export class Community extends Node {
  @Field(() => String, { description: 'Short name in this installation, e.g. for the `X-Community` header.' })
  readonly code!: string;
  @Field(() => String, { description: 'As people call it.' }) readonly name!: string;
  @Field(() => String, { description: 'The subdistrict (街道) it belongs to.' }) readonly subdistrictName!: string;
  @Field(() => String, { description: 'GB/T 2260, six digits.' }) readonly districtCode!: string;
  @Field(() => String, { description: 'District code and three digits of the subdistrict.' }) readonly subdistrictCode!: string;
  @Field(() => String, { nullable: true, description: 'The 12-digit statistical code; null where it is not known.' })
  readonly adminCode12!: string | null;
  @Field(() => Int, { nullable: true, description: 'The year around which the estate was built; null when unknown.' })
  readonly builtAround!: number | null;
}

@ObjectType({ implements: Node, description: 'Part of the estate in which officers are stationed (片区). Public.' })
export class Area extends Node {
  @Field(() => AreaCodeEnum, { description: 'Which part.' }) readonly code!: AreaCode;
  @Field(() => String, { description: 'As people call it.' }) readonly name!: string;
}

@ObjectType({
  implements: Node,
  description: 'A general Party branch of the estate (小区党总支): the scope of matching. Public.',
})
export class Branch extends Node {
  @Field(() => String, { description: 'Short code, e.g. `B1`.' }) readonly code!: string;
  @Field(() => String, { description: 'As people call it.' }) readonly name!: string;
}

@ObjectType({ implements: Node, description: 'One stairwell (楼栋 = 幢 + 单元). Public; who lives there is not.' })
export class Building extends Node {
  @Field(() => Int, { description: 'Block number (幢).' }) readonly blockNo!: number;
  @Field(() => Int, { description: 'Entrance number within the block (单元).' }) readonly entranceNo!: number;
  @Field(() => Int, { description: 'Floors above ground.' }) readonly storeys!: number;
  @Field(() => Int, { description: 'Homes on its stairs.' }) readonly dwellings!: number;
  @Field(() => Boolean, { description: 'A lift is in use.' }) readonly hasLift!: boolean;
}

const BuildingConnection = connectionOf('Building', () => Building);

@Resolver(() => Branch)
export class BranchResolver {
  @FieldResolver(() => Area, { nullable: true, description: 'Where its officer is stationed.' })
  area(@Root() branch: BranchRecord, @Ctx() scope: Scope): Promise<AreaRecord | null> {
    return scope.load(areaById, branch.areaId);
  }

  @FieldResolver(() => BuildingConnection, { description: 'Its buildings, by block and entrance.' })
  async buildings(@Root() branch: BranchRecord, @Ctx() scope: Scope, @Args(() => PageArgs) page: PageArgs) {
    return toConnection(await pageOfBuildings(scope, { branchId: branch.id }, windowOf(BY_NUMBER, page)));
  }
}

@Resolver(() => Building)
export class BuildingResolver {
  @FieldResolver(() => String, { description: 'How people write it, e.g. `9幢2单元`.' })
  address(@Root() building: BuildingRecord): string {
    return addressOf(building);
  }

  @FieldResolver(() => Branch, { nullable: true, description: 'The branch it belongs to.' })
  branch(@Root() building: BuildingRecord, @Ctx() scope: Scope): Promise<BranchRecord | null> {
    return scope.load(branchById, building.branchId);
  }
}

@Resolver(() => Community)
export class TerritoryResolver {
  @Query(() => Community, {
    nullable: true,
    description: 'The community of this request: of the token, or else the one the `X-Community` header names.',
  })
  community(@Ctx() scope: Scope) {
    return scope.load(communityById, scope.communityId);
  }

  @FieldResolver(() => [Area], { description: 'Its areas, by code.' })
  areas(@Ctx() scope: Scope): Promise<AreaRecord[]> {
    return allAreas(scope);
  }

  @FieldResolver(() => [Branch], { name: 'branches', description: 'Its branches, by code.' })
  communityBranches(@Ctx() scope: Scope): Promise<BranchRecord[]> {
    return allBranches(scope);
  }

  @Query(() => Branch, { nullable: true, description: 'One branch; null when there is none with this id.' })
  async branch(
    @Ctx() scope: Scope,
    @Arg('id', () => ID, { description: 'Id of a Branch.' }) id: string,
  ): Promise<BranchRecord | null> {
    const branchId = rawIdOrNull(scope, 'Branch', id);
    return branchId === null ? null : scope.load(branchById, branchId);
  }

  @Query(() => [Branch], { description: 'The branches of the community, by code.' })
  branches(@Ctx() scope: Scope): Promise<BranchRecord[]> {
    return allBranches(scope);
  }

  @Query(() => [Building], {
    description:
      'The buildings that a typed address means: `9幢2单元`, `9-2`, or `48幢` for all its entrances. Empty when there is none.',
  })
  buildingsByAddress(
    @Ctx() scope: Scope,
    @Arg('address', () => String, { description: 'As people write it; full-width digits and spaces are fine.' }) address: string,
  ) {
    return findBuildings(scope, address);
  }
}

registerNode('Community', (scope, id) => (id === scope.communityId ? scope.load(communityById, id) : Promise.resolve(null)), {
  global: true,
});
registerNode('Area', (scope, id) => scope.load(areaById, id));
registerNode('Branch', (scope, id) => scope.load(branchById, id));
registerNode('Building', (scope, id) => scope.load(buildingById, id));

export const territoryResolvers = [TerritoryResolver, BranchResolver, BuildingResolver] as const;
