import { listen, track } from './page.ts'

/**
 * Counts clicks on links to other hosts (`Outbound Link: Click`) and to files (`File Download`): the names that Plausible
 * uses, so that its goals go on. Links within SVG and shadow DOM too, and the middle button; the click itself is left alone.
 *
 * @param pattern which paths are files: unless said, those with the endings of Plausible's list that are still met with
 */
export function trackLinks(pattern?: RegExp): void {
  listen('click auxclick', (event) => {
    const link = event.composedPath().find((node) => (node as Element).localName === 'a') as HTMLAnchorElement | undefined
    // The right button opens a menu.
    if (link && (event as MouseEvent).button < 2) {
      // An SVG link's `href` is an object.
      const url = new URL((link.href as unknown as SVGAnimatedString).baseVal ?? link.href, document.baseURI)
      // Without query and fragment, which may hold secrets.
      const props = { url: url.origin + url.pathname }
      if ((pattern ?? /\.(pdf|(doc|xls|ppt)x?|csv|zip|exe|dmg|mp[34])$/i).test(url.pathname)) track('File Download', props)
      // mailto: and its like have no host.
      else if (url.host && url.host !== location.host) track('Outbound Link: Click', props)
    }
  })
}
