import Plausible from 'plausible-tracker'

// A site's own script, as it had it for Plausible but for the URL.
declare const collectorUrl: string

const plausible = Plausible({ domain: 'shop.example', apiHost: collectorUrl, trackLocalhost: true })
plausible.enableAutoPageviews()

Object.assign(window, {
  buy: () => new Promise<void>((done) => plausible.trackEvent('Purchase', { props: { plan: 'pro' }, callback: () => done() })),
})
