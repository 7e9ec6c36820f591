// In JavaScript, because TypeScript wraps an import of what is only known at run time into a helper, and then
// leaves the helper out of what it emits (rewriteRelativeImportExtensions, 6.0.3).

/** @param {string} href */
export const importModule = (href) => import(href)
