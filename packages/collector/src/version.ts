/** The version of the package, as health, the dashboard and `--version` say it. A test holds it to package.json. */
export const version = '0.1.0'
