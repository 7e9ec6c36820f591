/**
 * ISO 4217's code for none. Matomo has one currency per site and does not say it, and Google takes a value without one to be in
 * the property's: so their sums stay sums.
 */
export const noCurrency = 'XXX'
