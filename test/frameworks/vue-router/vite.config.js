import vue from '@vitejs/plugin-vue'

export default { plugins: [vue()], build: { rolldownOptions: { input: ['index.html', 'npm.html'] } } }
