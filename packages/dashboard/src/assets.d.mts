// The module itself is made by rollup, as dist/assets.mjs.

/** One file of the page, as the collector answers it. */
export interface Asset {
  /** For `content-type`. */
  type: string
  body: string
  /** Whether the name holds a hash of the body, so that a browser may keep it for ever. */
  immutable: boolean
}

/** The files of the page by their path below `/dashboard/`. `index.html` is the page itself. */
export declare const assets: Readonly<Record<string, Asset>>
