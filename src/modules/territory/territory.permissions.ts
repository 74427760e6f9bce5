import type { SubjectPermissions } from '../../kernel/permissions.js';

export const territoryPermissions: SubjectPermissions = {
  subject: 'territory',
  queries: [[['ANYBODY'], 'branch branches buildingsByAddress community']],
  types: {
    Community: [
      [['ANYBODY'], 'adminCode12 areas branches builtAround code districtCode id name subdistrictCode subdistrictName'],
    ],
    Area: [[['ANYBODY'], 'code id name']],
    Branch: [[['ANYBODY'], 'area buildings code id name']],
    Building: [[['ANYBODY'], 'address blockNo branch dwellings entranceNo hasLift id storeys']],
  },
  filters: { 'Query.buildingsByAddress': [[['ANYBODY'], 'address']] },
};
