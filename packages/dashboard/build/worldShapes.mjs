// Rollup plugin that draws the world: the page loads the countries as one chunk of its own, when the map is shown.
import { createRequire } from 'node:module'
import { geoEqualEarth, geoPath } from 'd3-geo'
import { iso31661NumericToAlpha2 } from 'iso-3166'
import { feature } from 'topojson-client'

const require = createRequire(import.meta.url)
const atlas = require('world-atlas/countries-110m.json')
/** Has the countries that the other leaves out for their size. */
const finerAtlas = require('world-atlas/countries-50m.json')

const width = 1000
/** Has no number in ISO 3166; the code is the one that CLDR and the databases of places use. */
const unnumbered = { Kosovo: 'XK' }

/** Answers the import of `worldShapes.mjs`. */
export function worldShapes() {
  return {
    name: 'world-shapes',
    resolveId: (id) => (id.endsWith('/worldShapes.mjs') ? '\0worldShapes' : null),
    load: (id) => (id === '\0worldShapes' ? moduleOf(drawWorld()) : null),
  }
}

function moduleOf(world) {
  return Object.entries(world).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)}`).join('\n')
}

/**
 * The countries of Natural Earth's map at 1:110 million in the Equal Earth projection, which keeps areas true: on a map
 * whose colour is a count, a country drawn too large would say too much. Without Antarctica. Those that the map
 * leaves out for their size are dots, where the map at 1:50 million has them.
 */
function drawWorld() {
  const countries = countriesOf(atlas)
  const projection = geoEqualEarth().fitWidth(width, { type: 'FeatureCollection', features: countries })
  const path = geoPath(projection)
  const [[, top], [, bottom]] = path.bounds({ type: 'FeatureCollection', features: countries })
  projection.translate([projection.translate()[0], projection.translate()[1] - top])

  const drawn = countries.map((country) => [codeOf(country), tightPath(path.digits(3)(country))])
  const codes = new Set(drawn.map(([code]) => code))
  const small = countriesOf(finerAtlas).filter((country) => codeOf(country) !== '' && !codes.has(codeOf(country)))
  return {
    width,
    height: Math.ceil(bottom - top),
    countries: drawn,
    dots: small.map((country) => dotAt(codeOf(country), path.centroid(country))),
  }
}

function countriesOf(topology) {
  return feature(topology, topology.objects.countries).features.filter((country) => codeOf(country) !== 'AQ')
}

const dotAt = (code, [x, y]) => [code, Math.round(x), Math.round(y)]

/** '' for land that has no code of its own: it is drawn and counts nobody. */
function codeOf({ id, properties }) {
  return (id && iso31661NumericToAlpha2[id]) ?? unnumbered[properties.name] ?? ''
}

/** Whole numbers and steps from point to point: a third of the bytes of places after the point. */
function tightPath(path) {
  return path.split('M').slice(1).map(tightRing).join('')
}

function tightRing(ring) {
  const points = ring.replace('Z', '').split('L').map((point) => point.split(',').map(Math.round))
  let [x, y] = points[0]
  const steps = []
  for (const [nextX, nextY] of points.slice(1)) {
    if (nextX !== x || nextY !== y) steps.push(nextX - x, nextY - y)
    x = nextX
    y = nextY
  }
  // An islet that rounding leaves no area.
  return steps.length < 4 ? '' : `M${points[0]}l${steps.join(' ').replaceAll(' -', '-')}z`
}
