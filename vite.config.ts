import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The page works from any static host under any path: all addresses are relative, nothing needs a special header.
export default defineConfig({
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: { target: 'es2023', license: true, chunkSizeWarningLimit: 5000 },
});
