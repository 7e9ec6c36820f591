import { createAccount } from '../admin/password.ts'
import { openExisting } from '../openStore.ts'
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
    const opened = await openExisting(config)
    try {
      const password = await createAccount(opened.values).reset()
      console.log(values['json'] ? JSON.stringify({ password }) : `The dashboard’s password is now  ${password}`)
      return 0
    } finally {
      await opened.close()
    }
  },
}
