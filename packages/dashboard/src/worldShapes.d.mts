// The module itself is made by build/worldShapes.mjs.

/** In units of the paths. */
export declare const width: number
export declare const height: number

/** Code by ISO 3166-1 (two letters, '' for land that has none) and SVG path of each country. */
export declare const countries: readonly (readonly [code: string, path: string])[]

/** Code and centre of each country that is too small to be drawn. */
export declare const dots: readonly (readonly [code: string, x: number, y: number])[]
