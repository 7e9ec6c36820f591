import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { AdminPageProps } from '../adminPages.ts'
import { ViewLink } from '../viewLink.tsx'
import { FindPerson } from './findPerson.tsx'
import { personKinds, type Person } from './personApi.ts'
import { PersonCard } from './personCard.tsx'
import { PersonSheet } from './personSheet.tsx'
import { words } from './words.ts'

/** One person: who they are by the address, `user`, `session` or `visitor`. */
export function PersonPage(props: AdminPageProps): VNode {
  const { client, site, navigation, base } = props
  const person = personOf(navigation.view.more)
  const [erasures, setErasures] = useState(0)
  return (
    <div class="person">
      <section class="sheet person-find">
        <FindPerson client={client} site={site.id} name={person?.id ?? ''} onFind={({ kind, id }) => navigation.go({ more: { [kind]: id } })} />
        {!person && (
          <p class="hint">
            {words.whereFrom}{' '}
            <ViewLink navigation={navigation} to={{ page: 'hits', more: { known: 'known' } }}>
              {words.knownHits}
            </ViewLink>
          </p>
        )}
      </section>
      {person && <PersonSheet key={`${site.id} ${person.kind} ${person.id}`} {...props} person={person} erasures={erasures} onErased={() => setErasures(erasures + 1)} />}
      {person?.kind === 'user' && (
        <section class="sheet person-card" aria-label={words.views}>
          <h2>{words.views}</h2>
          <PersonCard key={erasures} base={base} site={site.id} user={person.id} />
        </section>
      )}
    </div>
  )
}

function personOf(more: Readonly<Partial<Record<string, string>>>): Person | undefined {
  const kind = personKinds.find((name) => more[name])
  return kind && { kind, id: more[kind]! }
}
