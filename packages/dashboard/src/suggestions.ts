import { useEffect, useState } from 'preact/hooks'
import type { Dimension } from './filter.ts'
import { useQuery } from './scope.ts'
import { searchFilters } from './searchFilters.ts'

const mostOffered = 10
const pauseOfTyping = 150

/** The values of a dimension that contain what was typed, those with the most visitors first. */
export function useSuggestions(dimension: Dimension, typed: string): string[] {
  const [narrow] = searchFilters(dimension, useSettled(typed.trim()))
  const { value } = useQuery({
    metrics: ['visitors'],
    dimensions: [dimension],
    order_by: [
      ['visitors', 'desc'],
      [dimension, 'asc'],
    ],
    pagination: { limit: mostOffered },
    include: { comparisons: undefined },
    ...(narrow && { narrow }),
  })
  return value?.results.map((row) => row.dimensions[0] ?? '') ?? []
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
