import type { VNode } from 'preact'
import { Dialog } from './dialog.tsx'
import { areKeysOn, setKeysOn } from './shortcuts.ts'
import { text } from './text.ts'

/** Which keys do what. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }): VNode {
  return (
    <Dialog title={text.keys} onClose={onClose}>
      <dl class="keys">
        {Object.entries(text.shortcuts).map(([key, meaning]) => [
          <dt key={key}>
            <kbd>{key.toUpperCase()}</kbd>
          </dt>,
          <dd key={`${key} means`}>{meaning}</dd>,
        ])}
      </dl>
      <label class="choice">
        <input type="checkbox" defaultChecked={areKeysOn()} onChange={(event) => setKeysOn(event.currentTarget.checked)} />
        <span>{text.keysOn}</span>
      </label>
    </Dialog>
  )
}
