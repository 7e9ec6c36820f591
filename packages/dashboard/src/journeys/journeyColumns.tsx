import type { ComponentChildren, VNode } from 'preact'
import { formatExact, formatNumber, formatPercent } from '../format.ts'
import { fromApiStep, writeStep, type Step } from '../funnels/step.ts'
import { mostColumns, type JourneyColumn, type JourneyView } from './journeyApi.ts'
import { words } from './words.ts'

interface JourneyColumnsProps {
  columns: readonly JourneyColumn[]
  view: JourneyView
  /** The steps that are chosen now. */
  onChoose: (along: readonly Step[]) => void
}

/** A column for each step: its most frequent ones, of the visits that took those chosen before. */
export function JourneyColumns({ columns, view, onChoose }: JourneyColumnsProps): VNode {
  const { along } = view
  return (
    <div class="journey-columns">
      {columns.slice(0, along.length + 1).map((column, index) => (
        <Column
          key={index}
          column={column}
          number={index + 1}
          view={view}
          chosen={along[index]}
          // Choosing it again takes it back.
          onChoose={index + 1 < mostColumns ? (step) => onChoose([...along.slice(0, index), ...(isSame(step, along[index]) ? [] : [step])]) : undefined}
        />
      ))}
    </div>
  )
}

interface ColumnProps {
  column: JourneyColumn
  number: number
  view: JourneyView
  chosen: Step | undefined
  /** Undefined for the last one that there can be. */
  onChoose: ((step: Step) => void) | undefined
}

function Column({ column, number, view: { along, direction }, chosen, onChoose }: ColumnProps) {
  const before = along[number - 2]
  const name = direction === 'after' ? words.column(number) : words.back(number)
  const place = before && (direction === 'after' ? words.along : words.alongBack)(before.value)
  const row = { total: column.visits, most: Math.max(column.ended, ...column.steps.map(({ visits }) => visits)) }
  return (
    <section class="sheet admin-sheet journey-column">
      <h2>
        {name} <span class="quiet">{words.visits(formatExact(column.visits))}</span>
      </h2>
      <table class="rows">
        <caption class="visually-hidden">{place === undefined ? name : `${name}, ${place}`}</caption>
        <thead>
          <tr>
            <th scope="col">{words.heads.step}</th>
            <th scope="col">{words.heads.visits}</th>
            <th scope="col" class="is-quiet">
              {words.heads.share}
            </th>
          </tr>
        </thead>
        <tbody>
          {column.steps.map((each) => {
            const step = fromApiStep(each)
            return (
              <Row key={`${step.kind} ${step.value}`} visits={each.visits} {...row}>
                <StepName step={step} isChosen={isSame(step, chosen)} onChoose={onChoose} />
              </Row>
            )
          })}
          {column.other.visits > 0 && (
            <Row visits={column.other.visits} {...row} most={0}>
              <span class="row-name quiet">{words.other(column.other.steps, formatExact(column.other.steps))}</span>
            </Row>
          )}
          {column.ended > 0 && (
            <Row visits={column.ended} {...row}>
              <span class="row-name quiet">{words.ended[direction]}</span>
            </Row>
          )}
        </tbody>
      </table>
    </section>
  )
}

/** @param most what a full bar stands for; 0 for none */
function Row({ visits, total, most, children }: { visits: number; total: number; most: number; children: ComponentChildren }) {
  return (
    <tr>
      <th scope="row">
        {most > 0 && <span class="bar" style={{ width: `${(100 * visits) / most}%` }} />}
        {children}
      </th>
      <td title={formatExact(visits)}>{formatNumber(visits)}</td>
      <td class="is-quiet">{formatPercent((100 * visits) / total)}</td>
    </tr>
  )
}

/** One that an address has no room for is not to be chosen. */
function StepName({ step, isChosen, onChoose }: { step: Step; isChosen: boolean; onChoose: ColumnProps['onChoose'] }) {
  const name = [step.kind === 'event' && <span class="quiet">{words.event} </span>, <bdi>{step.value}</bdi>]
  if (!onChoose || writeStep(step) === undefined) return <span class="row-name" title={step.value}>{name}</span>
  return (
    <button type="button" class="row-name" title={step.value} aria-pressed={isChosen} onClick={() => onChoose(step)}>
      {name}
    </button>
  )
}

function isSame(step: Step, other: Step | undefined): boolean {
  return step.kind === other?.kind && step.value === other.value
}
