import type { EnrichStep } from './step.ts'

/** The owner's own visits, from a browser that was told so (SS32). */
export const dropOwn: EnrichStep = (_, { isOwn }) => (isOwn ? 'own' : undefined)
