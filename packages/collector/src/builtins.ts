/**
 * A module of Node.js that not every runtime has, at the moment it is needed: nothing that is bundled for Workers imports it.
 *
 * @example
 * builtin('node:fs').existsSync(path)
 */
export const builtin: typeof process.getBuiltinModule = ((name: string) => process.getBuiltinModule(name)) as typeof process.getBuiltinModule
