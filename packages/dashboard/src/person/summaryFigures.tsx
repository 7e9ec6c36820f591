import type { VNode } from 'preact'
import { formatDuration, formatExact } from '../format.ts'
import type { Navigation } from '../navigation.ts'
import { formatMoment } from './moment.ts'
import type { Person, Summary } from './personApi.ts'
import { words } from './words.ts'

interface SummaryFiguresProps {
  summary: Summary
  timezone: string
  person: Person
  navigation: Navigation
}

/** A person in six figures, and as whom they were signed in. */
export function SummaryFigures({ summary, timezone, person, navigation }: SummaryFiguresProps): VNode {
  const { first_seen, last_seen, visits, pageviews, engaged, events, users, complete } = summary
  const figures: [keyof typeof words.figures, string][] = [
    ['first_seen', formatMoment(first_seen, timezone, 'long')],
    ['last_seen', formatMoment(last_seen, timezone, 'long')],
    ['visits', formatExact(visits)],
    ['pageviews', formatExact(pageviews)],
    ['engaged', formatDuration(engaged)],
    ['events', formatExact(events)],
  ]
  return (
    <>
      <dl class="person-figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{words.figures[name]}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {!complete && <p class="hint">{words.partOnly}</p>}
      {person.kind !== 'user' && users.length > 0 && (
        <p>
          {words.knownAs}{' '}
          {users.map((user) => (
            <button key={user} type="button" class="link person-user" onClick={() => navigation.go({ more: { user } })}>
              <bdi>{user}</bdi>
            </button>
          ))}
        </p>
      )}
    </>
  )
}
