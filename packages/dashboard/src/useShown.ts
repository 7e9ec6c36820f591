import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

/** Keeps the current one of a row of links in sight where the row is wider than its frame, as on a phone. `of` changes with it. */
export function useShown<Frame extends HTMLElement>(of: string): RefObject<Frame | null> {
  const frame = useRef<Frame>(null)
  useLayoutEffect(() => {
    const current = frame.current?.querySelector<HTMLElement>('[aria-current]')
    // Not scrollIntoView, which moves the page as well.
    if (current) frame.current!.scrollLeft = current.offsetLeft - frame.current!.offsetLeft - (frame.current!.clientWidth - current.offsetWidth) / 2
  }, [of])
  return frame
}
