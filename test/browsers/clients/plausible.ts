import { init, track } from '@plausible-analytics/tracker'

// A site's own script, as it had it for Plausible but for the URL.
declare const collectorUrl: string

init({ domain: 'shop.example', endpoint: `${collectorUrl}/api/event`, captureOnLocalhost: true, outboundLinks: true, customProperties: { theme: 'dark' } })

Object.assign(window, {
  buy: () =>
    new Promise((callback) => track('Purchase', { props: { plan: 'pro', seats: '3' }, revenue: { currency: 'USD', amount: '12.50' }, interactive: false, callback })),
})
