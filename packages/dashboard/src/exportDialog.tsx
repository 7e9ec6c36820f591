import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { type Client, exportFormats, type ExportQuery } from './api.ts'
import { Dialog } from './dialog.tsx'
import { DownloadState } from './downloadState.tsx'
import type { Days } from './period.ts'
import { text } from './text.ts'

interface ExportDialogProps {
  client: Client
  site: string
  /** What the page shows, once it is known. */
  days: Days | undefined
  onClose: () => void
}

type Choice = Pick<ExportQuery, 'format' | 'anonymize'> & { days: Days | undefined }

const words = text.exports

/** Asks which hits to download, and as what. The browser itself downloads: a big file never lies in the page's memory. */
export function ExportDialog({ client, site, days, onClose }: ExportDialogProps): VNode {
  const [choice, setChoice] = useState<Choice>({ format: 'csv', anonymize: '0', days: undefined })
  // Each download has an id of its own; the next one's is made as this one starts.
  const [next, setNext] = useState(makeId)
  const [started, setStarted] = useState<string>()
  const change = (some: Partial<Choice>) => setChoice({ ...choice, ...some })
  const shown: Days = choice.days ?? days ?? ['', '']

  function start(): void {
    setStarted(next)
    // The link must still name this one when the browser follows it, which is right behind this call.
    setTimeout(() => setNext(makeId()))
  }

  return (
    <Dialog title={words.title} onClose={onClose}>
      <div class="export-form">
        <Formats format={choice.format} onChoose={(format) => change({ format })} />
        <DayRange days={shown} onChange={(chosen) => change({ days: chosen })} />
        <label class="choice">
          <input
            type="checkbox"
            checked={choice.anonymize === '1'}
            aria-describedby="export-anonymize"
            onChange={(event) => change({ anonymize: event.currentTarget.checked ? '1' : '0' })}
          />
          <span>{words.anonymize}</span>
        </label>
        <p class="hint" id="export-anonymize">
          {choice.anonymize === '1' ? words.anonymizeMeaning : words.plainMeaning}
        </p>
        <footer class="form-footer">
          {started !== undefined && <DownloadState key={started} client={client} id={started} />}
          <a class="button is-primary" href={client.exportUrl(queryOf(site, choice, shown, next))} download onClick={start}>
            {words.start}
          </a>
        </footer>
      </div>
    </Dialog>
  )
}

function Formats({ format, onChoose }: { format: ExportQuery['format']; onChoose: (format: ExportQuery['format']) => void }) {
  return (
    <fieldset>
      <legend>{words.format}</legend>
      {exportFormats.map((name) => (
        <label key={name} class="choice">
          <input type="radio" name="format" checked={name === format} onChange={() => onChoose(name)} />
          <span>
            {words.formats[name].name} <span class="hint">{words.formats[name].meaning}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

function DayRange({ days: [from, to], onChange }: { days: Days; onChange: (days: Days) => void }) {
  return (
    <fieldset>
      <legend>{words.days}</legend>
      <div class="days">
        <input type="date" aria-label={text.from} value={from} onChange={(event) => onChange([event.currentTarget.value, to])} />
        <span aria-hidden="true">–</span>
        <input type="date" aria-label={text.to} value={to} onChange={(event) => onChange([from, event.currentTarget.value])} />
      </div>
      <p class="hint">{words.daysMeaning}</p>
    </fieldset>
  )
}

/** Days in whichever order they were given. */
function queryOf(site: string, { format, anonymize }: Choice, days: Days, id: string): ExportQuery {
  const [from = '', to = ''] = days.includes('') ? days : days.toSorted()
  return { site_id: site, format, anonymize, ...(from !== '' && { from }), ...(to !== '' && { to }), id }
}

/** Not by `randomUUID`, which plain http has not. */
function makeId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
