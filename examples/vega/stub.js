// SPDX-License-Identifier: BSL-1.0
// Stands for two packages that Debian's vega asks for and no figure of ours uses.
export class Delaunay {}
export const geoMollweide = () => { throw new Error('map projections are not bundled'); };
