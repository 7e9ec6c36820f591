import { redact } from '@treadlight/store'
import { inspect } from 'node:util'
import { ConfigError } from './settings.ts'
import { secretsOf, type StorageSettings } from './storageSettings.ts'

/**
 * Makes a function that takes what must not be seen out of a text: what the settings call a secret, and the passwords
 * of addresses. The drivers name no secrets; this is for what their libraries say.
 */
export function createSecretHider(storage: StorageSettings): (text: string) => string {
  const secrets = secretsOf(storage)
  return (text) => redact(secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text))
}

/** Prints errors as `console.error` does, without the secrets; one line of those that say all in it. */
export function createErrorLog(storage: StorageSettings): (error: unknown) => void {
  const hide = createSecretHider(storage)
  return (error) => console.error(hide(error instanceof ConfigError ? `treadlight: ${error.message}` : inspect(error)))
}
