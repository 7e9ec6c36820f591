export function compileHints(code: string): string
