import { redact } from '@treadlight/store'
import { secretsOf, type StorageSettings } from './storageSettings.ts'

/**
 * Makes a function that takes what must not be seen out of a text: what the settings call a secret, and the passwords
 * of addresses. The drivers name no secrets; this is for what their libraries say.
 */
export function createSecretHider(storage: StorageSettings, others: readonly string[] = []): (text: string) => string {
  const secrets = [...secretsOf(storage), ...others.filter((secret) => secret !== '')]
  return (text) => redact(secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text))
}
