import { listen, track } from './page.ts'

/**
 * Counts clicks on elements with `data-track`, also in SVG and shadow DOM, as an event of that name; `data-track-plan="pro"`
 * makes the property `plan`.
 */
export function trackClicks(): void {
  listen('click', (event) => {
    const element = event.composedPath().find((node) => (node as HTMLElement).dataset?.['track']) as HTMLElement | undefined
    if (element) {
      const props: Record<string, string> = {}
      ;[...element.attributes].map((attribute) => {
        const [, name] = attribute.name.split('data-track-')
        if (name) props[name] = attribute.value
      })
      track(element.dataset['track']!, props)
    }
  })
}
