/** The text of `pagetimer.js`, for servers that have no file system. */
export declare const script: string
/** Its subresource integrity, `sha384-…`. */
export declare const integrity: string
