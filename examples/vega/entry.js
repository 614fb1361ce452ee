// SPDX-License-Identifier: BSL-1.0
// What the report needs of Vega, as one global.
import * as all from 'vega';
globalThis.vega = {parse: all.parse, View: all.View};
