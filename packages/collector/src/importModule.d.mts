/** Imports a module whose address is only known at run time. */
export declare const importModule: (href: string) => Promise<{ default?: unknown }>
