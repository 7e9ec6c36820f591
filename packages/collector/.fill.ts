import { createStore, openStorage } from '@treadlight/store'
import { createId } from '@treadlight/protocol'
const [base, n='2000', daysN='5'] = process.argv.slice(2)
const opened = await openStorage({driver:'fs', base: base!})
let t = Date.now()
const store = await createStore({...opened, now: () => t})
const day=86_400_000
for (let d=Number(daysN); d>=0; d--) {
  t = Date.now()-d*day
  const hits = Array.from({length: Number(n)/(Number(daysN)+1)|0}, (_, i) => { const time=t-i*1000; const id=createId(time); return {
      id, user: i%10===0?'ada':'', time, received: time, site: 'default', origin: 'browser' as const, type: 'pageview' as const, view: id,
      day: new Date(time).toISOString().slice(0, 10), url: 'https://a.example/p'+i%50, title: 'Title '+i%50, referrer: '', hostname: 'a.example', path: '/p'+i%50,
      referrerHost: '', source: '', medium: '', campaign: '', visitor: 'v'+i%100, session: '' }})
  for (let i=0;i<hits.length;i+=500) await store.append(hits.slice(i,i+500))
}
t=Date.now()
await store.close(); await opened.storage.dispose()
