import { init, standard } from '@treadlight/tracker'

init({ endpoint: '/hit', use: standard({ ignore: [] }) })
