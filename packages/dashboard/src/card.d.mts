// The module itself is made by rollup, as dist/card.mjs.

/** The text of `card.js`, for servers that have no file system. */
export declare const script: string
/** Its subresource integrity, `sha384-…`. */
export declare const integrity: string
