import { textLimits } from '@treadlight/protocol'
import { remember } from '../remember.ts'
import { oncePerRequest } from './oncePerRequest.ts'
import type { EnrichStep } from './step.ts'

/**
 * The visitor's language in the one spelling that BCP 47 has for it (`en-us` is `en-US`), without what is said behind it
 * of calendars and the like. From the hit, else the first that the browser accepts; none where neither is one.
 */
export const addLanguage: EnrichStep = (hit, context) => {
  const said = hit.language === undefined ? '' : canonical(hit.language)
  const language = said || firstAccepted(context)
  if (language !== '') hit.language = language
  else if (hit.language !== undefined) delete hit.language
}

const firstAccepted = oncePerRequest(({ header }): string => {
  const accepted = header('accept-language')
  const end = accepted.search(/[,;]/)
  const first = end === -1 ? accepted : accepted.slice(0, end)
  return first === '' || first.length > textLimits.language ? '' : canonical(first)
})

/** '' for what is none. */
const canonical = remember(1000, (tag: string): string => {
  try {
    const { baseName } = new Intl.Locale(tag.trim().replaceAll('_', '-'))
    // It says that the language is not known.
    return baseName === 'und' || baseName.startsWith('und-') ? '' : baseName
  } catch {
    return ''
  }
})
