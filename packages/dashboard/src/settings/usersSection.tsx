import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { AdminPageProps } from '../adminPages.ts'
import { useAnswer } from '../answer.ts'
import { Confirm } from '../confirm.tsx'
import { CopyCode } from '../copyCode.tsx'
import { DataTable } from '../dataTable.tsx'
import { Dialog } from '../dialog.tsx'
import { Notice } from '../notice.tsx'
import { UserForm, type UserFields } from './userForm.tsx'
import { words } from './usersWords.ts'

interface User {
  name: string
  role: 'owner' | 'viewer'
  /** @default all */
  sites?: readonly string[]
  created: string
}

type Task = { kind: 'change' | 'reset' | 'remove'; user: User }
type Made = { name: string; password?: string }

/** Who may log in: added, changed and removed. */
export function UsersSection({ client, sites }: AdminPageProps): VNode {
  const [changes, setChanges] = useState(0)
  const [made, setMade] = useState<Made>()
  const [task, setTask] = useState<Task>()
  const close = () => setTask(undefined)
  const { value, error, retry } = useAnswer('users', changes, (signal) => client.get<{ users: User[] }>('api/users', {}, signal))
  const owners = value?.users.filter(({ role }) => role === 'owner').length ?? 0
  const siteIds = sites.map(({ id }) => id)

  async function run<T>(call: Promise<T>): Promise<T> {
    const answer = await call
    setChanges((count) => count + 1)
    return answer
  }
  const add = async (fields: UserFields) => setMade(await run(client.post<Made>('api/users', fields)))
  const reset = async ({ name }: User) => (setMade(await run(client.put<Made>('api/users', { name, password: true }))), '')
  const remove = async ({ name }: User) => (await run(client.remove('api/users', { name })), setMade(undefined), '')
  async function change(fields: UserFields): Promise<void> {
    await run(client.put('api/users', { name: fields.name, role: fields.role, sites: fields.sites ?? null }))
    close()
  }

  return (
    <>
      <p class="hint">{words.explain}</p>
      {error && <Notice error={error} onRetry={retry} />}
      {value && (
        <DataTable
          caption={words.caption}
          empty=""
          rows={value.users}
          keyOf={({ name }) => name}
          columns={[
            { name: words.name, cell: ({ name }) => name },
            { name: words.role, cell: ({ role, sites: seen }) => `${words.roleNames[role]}${seen ? `: ${seen.join(', ')}` : ''}` },
            { name: words.added, cell: ({ created }) => created.slice(0, 10), isExtra: true },
            { name: '', cell: (user) => <Actions user={user} isOnlyOwner={user.role === 'owner' && owners === 1} onTask={setTask} /> },
          ]}
        />
      )}
      <div role="status">
        {made && <p>{made.password === undefined ? words.addedSays(made.name) : words.made(made.name)}</p>}
        {made?.password !== undefined && <CopyCode code={made.password} />}
      </div>
      <UserForm siteIds={siteIds} action={words.add} onSubmit={add} />
      {task?.kind === 'change' && (
        <Dialog title={words.changeTitle(task.user.name)} onClose={close}>
          <UserForm siteIds={siteIds} action={words.save} before={task.user} onSubmit={change} />
        </Dialog>
      )}
      {task?.kind === 'reset' && (
        <Confirm title={words.resetTitle} action={words.reset} describe={async () => words.resetSays(task.user.name)} onConfirm={() => reset(task.user)} onClose={close} />
      )}
      {task?.kind === 'remove' && (
        <Confirm title={words.removeTitle} action={words.remove} describe={async () => words.removeSays(task.user.name)} onConfirm={() => remove(task.user)} onClose={close} />
      )}
    </>
  )
}

/** The only owner stays: it would be refused. */
function Actions({ user, isOnlyOwner, onTask }: { user: User; isOnlyOwner: boolean; onTask: (task: Task) => void }) {
  const { name } = user
  return (
    <span class="row-actions">
      <button type="button" class="link" aria-label={words.changeNamed(name)} onClick={() => onTask({ kind: 'change', user })}>
        {words.change}
      </button>
      <button type="button" class="link" aria-label={words.resetNamed(name)} onClick={() => onTask({ kind: 'reset', user })}>
        {words.reset}
      </button>
      {!isOnlyOwner && (
        <button type="button" class="link" aria-label={words.removeNamed(name)} onClick={() => onTask({ kind: 'remove', user })}>
          {words.remove}
        </button>
      )}
    </span>
  )
}
