// What `pagetimer.js` is: the heartbeat of django-pagetimer (PT01–PT03), for sites that replace it. It stands by itself: nothing
// is kept on the device, and a beat that is lost is not sent again. The element is known only while the script first runs.
const script = document.currentScript as HTMLScriptElement | null
/** Seconds between two beats where the tag does not say; at least, and at most: */
const usual = 60
const shortest = 1
/** setInterval takes 2³¹ ms at most, and beyond that none at all. */
const longest = 86_400

if (script) {
  const { dataset } = script
  const endpoint = dataset['endpoint'] ?? new URL('pagetimer/', script.src || location.href)
  // No comparison with what may be NaN: terser turns it round (`unsafe_comps`), and a timer of NaN ms never rests.
  const interval = Math.min(Math.max(Number(dataset['interval']) || usual, shortest), longest)
  const beat = (): void => {
    if (document.hidden) return
    const body = new URLSearchParams({ path: location.pathname + location.search })
    for (const name of ['user', 'session']) if (dataset[name]) body.set(name, dataset[name])
    fetch(endpoint, { method: 'POST', body, keepalive: true }).catch(() => {})
  }
  beat()
  setInterval(beat, 1000 * interval)
} else console.error('treadlight: currentScript')
