import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './console.css';
import { applyPreferences } from './app/preferences.js';
import { queryClient } from './app/queries.js';
import { router } from './app/router.js';

applyPreferences();
// After an update of the server, the files that this page knows are gone.
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
