import { createApp, nextTick } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import App from './App.vue'
import First from './First.vue'

const empty = { render: () => null }

const router = createRouter({
  history: createWebHistory(),
  // Which makes the router write scroll positions into the history, by replaceState, at every navigation.
  scrollBehavior: (to, from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', component: empty, meta: { title: 'Home' } },
    { path: '/first', component: First, meta: { title: 'First' } },
    { path: '/second', component: async () => empty, meta: { title: 'Second' } },
    { path: '/items/:id', component: empty, meta: { title: 'Item' } },
    { path: '/old', redirect: '/second' },
    { path: '/moved', component: { mounted: () => router.replace('/second'), render: () => null }, meta: { title: 'Moved' } },
  ],
})

// As the router's documentation has it.
router.afterEach(({ meta, params }) => nextTick(() => (document.title = [meta.title, params.id].filter(Boolean).join(' '))))

createApp(App).use(router).mount('#root')
