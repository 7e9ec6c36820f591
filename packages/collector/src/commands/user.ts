import { createValues } from '@treadlight/store'
import { createAccount } from '../admin/password.ts'
import { openExistingStorage } from '../openStore.ts'
import { storageOptions, type Command } from './command.ts'

/** `treadlight user reset`: a new password for the dashboard. */
export const user: Command = {
  name: 'user',
  positionals: 'reset',
  summary: 'Makes a new password for the dashboard and ends every log-in',
  options: [{ name: 'json', type: 'boolean', summary: 'Prints { password }' }, ...storageOptions],
  async run({ config, values, positionals }) {
    if (positionals.length !== 1 || positionals[0] !== 'reset') {
      console.error('treadlight: user takes one word: treadlight user reset')
      return 1
    }
    // Not the store: a text file is open in the collector.
    const { storage, close } = await openExistingStorage(config)
    try {
      const password = await createAccount(createValues(storage)).reset()
      console.log(values['json'] ? JSON.stringify({ password }) : `The dashboard’s password is now  ${password}`)
      return 0
    } finally {
      await close()
    }
  },
}
