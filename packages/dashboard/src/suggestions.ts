import { useEffect, useState } from 'preact/hooks'
import { type Dimension, nameOf } from './filter.ts'
import { useQuery } from './scope.ts'

const mostOffered = 10
/** Codes are searched by the names that readers know: there are few enough to have them all. */
const mostCodes = 300
const pauseOfTyping = 150

/** The values of a dimension that contain what was typed, those with the most visitors first. */
export function useSuggestions(dimension: Dimension, typed: string): string[] {
  const isCode = dimension === 'visit:country' || dimension === 'visit:language'
  const sought = useSettled(typed.trim())
  const { value } = useQuery({
    metrics: ['visitors'],
    dimensions: [dimension],
    order_by: [
      ['visitors', 'desc'],
      [dimension, 'asc'],
    ],
    pagination: { limit: isCode ? mostCodes : mostOffered },
    include: { comparisons: undefined },
    ...(sought !== '' && !isCode && { narrow: ['contains', dimension, [sought], { case_sensitive: false }] }),
  })
  const values = value?.results.map((row) => row.dimensions[0] ?? '') ?? []
  if (!isCode) return values
  return values.filter((code) => nameOf(dimension, code).toLowerCase().includes(sought.toLowerCase())).slice(0, mostOffered)
}

/** The text once nobody has changed it for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), pauseOfTyping)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
