import { render } from 'preact'
import 'uplot/dist/uPlot.min.css'
import { App } from './app.tsx'
import './style/base.css'
import './style/page.css'
import './style/trend.css'
import './style/form.css'
import './style/panel.css'
import './style/export.css'
import './style/gate.css'
import './style/admin.css'
import './style/segments.css'
import './style/annotations.css'
import './style/vitals.css'
import './style/funnels.css'
import './style/journeys.css'

// Relative, so that the collector may live below a path of a proxy.
render(<App base={new URL('../', document.baseURI).href} />, document.body)
