export function naming(order: string | readonly string[]): { get: (index: number) => string }
