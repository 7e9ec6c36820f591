import { expect, test } from 'vitest'
import { compileHints } from '../../packages/tracker/build/compileHints.mjs'

const long = `let x=\`${'x'.repeat(1000)}\``

const scripts: [what: string, script: string, expected: string][] = [
  ['what is called at once', '(()=>{let a=x=>x,b=x=>x;a(1)})();', '(()=>{let a=(x=>x),b=x=>x;a(1)})();'],
  ['once, however often it is', '(()=>{let a=x=>x;a(1),a(2)})();', '(()=>{let a=(x=>x);a(1),a(2)})();'],
  ['what that calls', '(()=>{let a=x=>b(x),b=x=>x;if(y)a(1)})();', '(()=>{let a=(x=>b(x)),b=(x=>x);if(y)a(1)})();'],
  ['what a list is gone through with', '(()=>{[1].map(x=>x),c(()=>[1].map(x=>x))})();', '(()=>{[1].map((x=>x)),c(()=>[1].map(x=>x))})();'],
  ['what is long and put off', `(()=>{let a;a=()=>{${long}}})();`, `(()=>{let a;a=function(){${long}}})();`],
  ['nothing else', '(()=>{let a=()=>b(1),b=x=>x;function c(){a()}c})();', '(()=>{let a=()=>b(1),b=x=>x;function c(){a()}c})();'],
]
test.each(scripts)('says of a script to V8 %s', (_, script, expected) => {
  expect(compileHints(script)).toBe(expected)
})
