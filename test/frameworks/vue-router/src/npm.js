import './tracker.js'
import './main.js'
