import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './console.css';
import { applyPreferences } from './app/preferences.js';
import { queryClient } from './app/queries.js';
import { router } from './app/router.js';

applyPreferences();
// A new version of the server has other files than this page knows.
addEventListener('vite:preloadError', () => {
  location.reload();
});

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
