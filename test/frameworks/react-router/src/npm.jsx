import './tracker.js'
import './main.jsx'
