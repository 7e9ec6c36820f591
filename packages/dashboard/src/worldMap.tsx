import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { EmptyList } from './emptyList.tsx'
import { type Filter, isFiltered, nameOf } from './filter.ts'
import { formatNumber, formatPercent } from './format.ts'
import { type List, type ListRow, useList } from './list.ts'
import { MapTable } from './mapTable.tsx'
import { mapSteps, shadeOf } from './mapSteps.ts'
import { Notice } from './notice.tsx'
import { text } from './text.ts'
import type * as WorldShapes from './worldShapes.mjs'

/** The chunk of the build, loaded once the map is looked at. */
type World = typeof WorldShapes

const dimension = 'visit:country'
/** More than there are. */
const mostCountries = 300

interface WorldMapProps {
  filters: readonly Filter[]
  onChoose: (code: string) => void
}

/** Countries in shades of their visitors. */
export function WorldMap({ filters, onChoose }: WorldMapProps): VNode {
  const answer = useList({ dimension, columns: ['visitors', 'percentage'], limit: mostCountries })
  const [world, failure, load] = useWorld()
  if (failure) return <Notice error={failure} onRetry={load} />
  if (answer.error) return <Notice error={answer.error} onRetry={answer.retry} />
  if (!answer.value || !world) return <div class="panel-rows is-pending" role="status" aria-label={text.loading} />
  if (answer.value.rows.length === 0) return <EmptyList tab="map" />
  return (
    <div class={answer.isStale ? 'map is-stale' : 'map'}>
      <Countries world={world} list={answer.value} filters={filters} onChoose={onChoose} />
      <MapTable list={answer.value} />
    </div>
  )
}

function useWorld() {
  const [world, setWorld] = useState<World>()
  const [failure, setFailure] = useState<Error>()
  const load = () => {
    setFailure(undefined)
    import('./worldShapes.mjs').then(setWorld, () => setFailure(new Error(text.noMap)))
  }
  useEffect(load, [])
  return [world, failure, load] as const
}

interface CountriesProps extends WorldMapProps {
  world: World
  list: List
}

/** One stop for the Tab key: the arrow keys go from country to country, the one with the most visitors first. */
function Countries({ world, list, filters, onChoose }: CountriesProps) {
  const rows = list.rows.filter(({ value }) => isCode(value))
  const byCode = new Map(rows.map((row) => [row.value, row]))
  const steps = mapSteps(Math.max(0, ...rows.map(visitorsOf)))
  const [pointed, setPointed] = useState<string>()
  const host = useRef<SVGSVGElement>(null)
  const current = pointed !== undefined && byCode.has(pointed) ? pointed : rows[0]?.value

  function moveByKey(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    // Not `current`: a pointer that rests elsewhere on the map is not what the keys are about.
    const focused = (event.target as SVGElement).dataset['code']
    if (focused === undefined) return
    if (event.key === 'Enter' || event.key === ' ') onChoose(focused)
    else if (by === undefined) return
    else focusOn(rows[(rows.findIndex(({ value }) => value === focused) + by + rows.length) % rows.length]?.value)
    event.preventDefault()
  }
  const focusOn = (code = '') => host.current?.querySelector<SVGElement>(`[data-code="${code}"]`)?.focus()

  const shapeOf = (code: string) => {
    const row = byCode.get(code)
    if (!row) return { class: 'land', onPointerEnter: () => setPointed(code) }
    return {
      class: `land is-shade-${shadeOf(visitorsOf(row), steps) + 5 - steps.length}`,
      role: 'button' as const,
      tabIndex: code === current ? 0 : -1,
      'aria-label': describe(row),
      'aria-pressed': isFiltered(filters, dimension, code),
      'data-code': code,
      onClick: () => onChoose(code),
      onFocus: () => setPointed(code),
      onPointerEnter: () => setPointed(code),
    }
  }

  return (
    <>
      <svg
        ref={host}
        class="map-world"
        viewBox={`0 0 ${world.width} ${world.height}`}
        role="group"
        aria-label={text.mapKeys}
        onKeyDown={moveByKey}
        onPointerLeave={() => setPointed(undefined)}
      >
        {world.countries.map(([code, path]) => (
          <path key={code || path} d={path} {...shapeOf(code)} />
        ))}
        {/* Those too small to be drawn, where somebody came from. */}
        {world.dots
          .filter(([code]) => byCode.has(code))
          .map(([code, x, y]) => (
            <circle key={code} cx={x} cy={y} r={5} {...shapeOf(code)} />
          ))}
      </svg>
      <div class="map-footer">
        <p class="map-pointed">{pointed ? <Pointed code={pointed} row={byCode.get(pointed)} /> : <Unplaced list={list} />}</p>
        <Legend steps={steps} />
      </div>
    </>
  )
}

function Pointed({ code, row }: { code: string; row: ListRow | undefined }) {
  return (
    <>
      <bdi>{nameOf(dimension, code)}</bdi>{' '}
      <span class="quiet">{row ? `${text.visitorCount(visitorsOf(row))} · ${formatPercent(shareOf(row))}` : text.visitorCount(0)}</span>
    </>
  )
}

/** How many cannot be shown on a map. */
function Unplaced({ list }: { list: List }) {
  const row = list.rows.find(({ value }) => !isCode(value))
  return <span class="quiet">{row ? text.unplaced(formatNumber(visitorsOf(row))) : text.pointAtMap}</span>
}

function Legend({ steps }: { steps: readonly number[] }) {
  return (
    <ul class="map-legend" aria-hidden="true">
      {steps.map((step, index) => (
        <li key={step} class={`is-shade-${index + 1 + 5 - steps.length}`}>
          {formatNumber(step)}
          {index === steps.length - 1 ? '+' : ''}
        </li>
      ))}
    </ul>
  )
}

/** `Germany: 120 visitors, 12%` */
function describe(row: ListRow): string {
  return `${nameOf(dimension, row.value)}: ${text.visitorCount(visitorsOf(row))}, ${formatPercent(shareOf(row))}`
}

const isCode = (value: string): boolean => /^[A-Z]{2}$/.test(value)
const visitorsOf = ({ cells }: ListRow): number => Number(cells[0] ?? 0)
const shareOf = ({ cells }: ListRow): number => Number(cells[1] ?? 0)
