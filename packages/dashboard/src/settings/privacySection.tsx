import type { VNode } from 'preact'
import type { AdminPageProps } from '../adminPages.ts'
import { useAnswer } from '../answer.ts'
import { Notice } from '../notice.tsx'
import { configWords as said } from './configWords.ts'

interface PrivacySections {
  sections: { title: string; sentences: string[] }[]
}

/** What the settings mean for visitors, as the public page /privacy has it. */
export function PrivacySection({ client, base }: AdminPageProps): VNode {
  const { value, error, retry } = useAnswer('privacy', 0, (signal) => client.get<PrivacySections>('api/privacy', {}, signal))
  return (
    <>
      <p class="hint">
        {said.privacyExplain} <a href={`${base}privacy`}>{said.privacyPage}</a>
      </p>
      {error && <Notice error={error} onRetry={retry} />}
      {value?.sections.map(({ title, sentences }) => (
        <section key={title} class="sentences">
          <h3>{title}</h3>
          {sentences.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </section>
      ))}
    </>
  )
}
